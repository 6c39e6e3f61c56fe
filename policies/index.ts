import type { PolicySource } from '../src/infrastructure/shared/oso-policy.ts'
import systemAdmin from './global/system_admin.polar'
import admin from './rbac/admin.polar'
import reader from './rbac/reader.polar'
import roles from './rbac/roles.polar'
import user from './rbac/user.polar'
import boundary from './tenant/boundary.polar'

/** The policy that ships with the product, for both roots: their bundlers import `*.polar` as text. */
export const POLICY_SOURCES: readonly PolicySource[] = [
  { name: 'global/system_admin.polar', text: systemAdmin },
  { name: 'rbac/admin.polar', text: admin },
  { name: 'rbac/reader.polar', text: reader },
  { name: 'rbac/roles.polar', text: roles },
  { name: 'rbac/user.polar', text: user },
  { name: 'tenant/boundary.polar', text: boundary },
]
