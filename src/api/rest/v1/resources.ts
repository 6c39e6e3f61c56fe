import type { JSONValue } from 'hono/utils/types'
import type { Json } from '#common/json.ts'
import type { TenantState } from '#domain/tenant/tenant-state.ts'
import { tenantDetailsOf, type TenantDetails } from '#domain/tenant/views/tenant-details.view.ts'
import { userProfileOf, type UserProfileView } from '#domain/user/views/user-profile.view.ts'
import type { UserState } from '#domain/user/user-state.ts'
import type { Receipt } from '#domain/writer/command.ts'
import { formatConsistencyToken } from '#common/consistency-token.ts'
import type { TenantId, UserId } from '#common/ids.ts'
import type { AppContext } from '../../context.ts'
import { RefusalError } from '../../refusal-error.ts'

/** A tenant as clients see it. Absent fields are left out, never null. */
export function tenantResource({
  tenantId,
  name,
  slug,
  subscriptionPlan,
  adminEmail,
  metadata,
  settings,
  status,
  createdAt,
  updatedAt,
}: TenantDetails) {
  return {
    tenantId: tenantId as TenantId, // written from one
    name,
    slug,
    subscriptionPlan,
    adminEmail,
    ...(metadata !== undefined && { metadata: clientJson<Record<string, JSONValue>>(metadata) }),
    settings: clientJson<JSONValue>(settings),
    status,
    createdAt,
    updatedAt,
  }
}

/** A user as clients see it. */
export function userResource({
  key,
  tenantId,
  email,
  displayName,
  role,
  status,
  metadata,
  createdAt,
  updatedAt,
  lastLogin,
}: UserProfileView) {
  return {
    userId: key as UserId, // written from one
    tenantId: tenantId as TenantId, // likewise
    email,
    ...(displayName !== undefined && { displayName }),
    role,
    status,
    ...(metadata !== undefined && { metadata: clientJson<Record<string, JSONValue>>(metadata) }),
    createdAt,
    updatedAt,
    ...(lastLogin !== undefined && { lastLogin }),
  }
}

const missing = () => new RefusalError({ code: 'resource.not_found' })

/** The tenant in a command's receipt: what the writer knew right after the command. */
export function tenantOfReceipt({ aggregate, position }: Receipt) {
  const state = aggregate?.state as unknown as TenantState | undefined // the commands that answer a tenant name a tenant
  const details = state && aggregate && tenantDetailsOf(state, aggregate.version, position)
  if (!details) throw missing()
  return tenantResource(details)
}

export function userOfReceipt({ aggregate, position }: Receipt) {
  const state = aggregate?.state as unknown as UserState | undefined // the commands that answer a user name a user
  const profile = state && aggregate && userProfileOf(state, aggregate.version, position)
  if (!profile) throw missing()
  return userResource(profile)
}

/** Headers of every answer to a write: how far the log is now, and the version that `If-Match` may name. */
export function writeHeaders(c: AppContext, tenantId: string, receipt: Receipt): void {
  const token = { tenantId: tenantId as TenantId, position: receipt.position } // a tenant that has just taken a command
  c.header('Consistency-Token', formatConsistencyToken(token))
  c.get('services').readCache.saw(tenantId, receipt.position)
  if (receipt.aggregate) c.header('ETag', `"${receipt.aggregate.version}"`)
}

export const readHeaders = (c: AppContext, { version }: { readonly version: number }): void =>
  c.header('ETag', `"${version}"`)

/** Request bodies have passed through JSON.parse: everything in them is JSON. */
export const asJson = (value: unknown): Json => value as Json

/** The same JSON with the type that Hono answers with: ours is read-only. */
export const clientJson = <Shape extends JSONValue>(value: unknown): Shape => value as Shape // parsed from JSON, or made of it
