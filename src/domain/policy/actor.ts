import { PLATFORM_TENANT_ID } from '#common/ids.ts'
import type { PolicyActor } from '../ports/policy.ts'
import type { UserRole } from '../user/user-types.ts'

/**
 * The role as the policy knows it. Roles of a tenant's own carry a prefix, so that none named "admin" becomes one.
 */
export const policyRole = (role: UserRole): string => (typeof role === 'string' ? role : `custom:${role.custom}`)

/**
 * The actor for a user as the writer knows it now. G-8: SYSTEM_ADMIN is nothing but an admin of the platform tenant.
 */
export function policyActor(user: {
  readonly userId: string
  readonly tenantId: string
  readonly role: UserRole
}): PolicyActor {
  return {
    userId: user.userId,
    tenantId: user.tenantId,
    role: policyRole(user.role),
    isSystemAdmin: user.tenantId === PLATFORM_TENANT_ID && user.role === 'admin',
  }
}
