import { accept, refuse } from '#common/outcome.ts'
import { activeTenant, checkDisplayName, checkMetadata } from '../../tenant/tenant-rules.ts'
import { initialTenant } from '../../tenant/tenant-state.ts'
import { defineCommand } from '../../writer/command.ts'
import { inviteUser, type InvitedUser } from '../invite-user.ts'
import { initialRoster } from '../roster-state.ts'
import { checkQuota, checkRole } from '../user-rules.ts'

export type RegisterUserInput = InvitedUser

/** Seed lines 1241–1255, 1734–1761. Registers and invites; address and seat are claimed in the same transaction. */
export const registerUser = defineCommand({
  type: 'user.register',
  async load(input: RegisterUserInput, rows) {
    const [tenant, roster, holder, user] = await Promise.all([
      rows.read('tenant', input.tenantId),
      rows.read('roster', input.tenantId),
      rows.read('email', input.emailIndex),
      rows.read('user', input.userId),
      rows.read('subjectKey', input.userId),
    ])
    return { tenant: tenant ?? initialTenant(), roster: roster ?? initialRoster(), holder, user }
  },
  decide(input, { tenant, roster, holder, user }, context) {
    const active = activeTenant(tenant)
    if (!active.ok) return active
    const role = checkRole(input.role)
    if (!role.ok) return role
    const { displayName: given, ...rest } = input
    const name = given === undefined ? undefined : checkDisplayName(given)
    if (name && !name.ok) return name
    const metadata = input.metadata ? checkMetadata(input.metadata) : accept(undefined)
    if (!metadata.ok) return metadata
    // The id exists when an idempotency key comes again after its record has expired: ids are made from the key.
    if (holder || user) return refuse('user.already_exists')
    const quota = checkQuota(roster, active.value)
    if (!quota.ok) return quota
    return accept(inviteUser({ ...rest, ...(name && { displayName: name.value }) }, context))
  },
})
