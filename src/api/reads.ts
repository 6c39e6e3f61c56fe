import { answeredWithin } from '#common/answered-within.ts'
import { refuse } from '#common/outcome.ts'
import type { Followed, ReadModels, UserFilters, UserPageRequest } from '#domain/ports/read-models.ts'
import { positionOfView, type ProjectionState } from '#domain/ports/projection-store.ts'
import type { ViewName } from '#domain/projection/views.ts'
import type { TenantDetails } from '#domain/tenant/views/tenant-details.view.ts'
import { tenantDetailsOf } from '#domain/tenant/views/tenant-details.view.ts'
import { userProfileOf, type UserProfileView } from '#domain/user/views/user-profile.view.ts'
import type { AppContext } from './context.ts'
import { freshest, type Fresh } from './freshest.ts'
import type { ReadQuestion } from './read-cache.ts'
import { unwrap } from './refusal-error.ts'

/** Milliseconds the read models have to follow up to what a request has seen. */
const FOLLOW_WITHIN = 4_000

/** The position of a tenant's log that this request has already seen and must not see less than. */
export function requiredPosition(c: AppContext, tenantId: string): number {
  let required = 0
  for (const token of c.get('consistency'))
    if (token.tenantId === tenantId) required = Math.max(required, token.position)
  return required
}

async function freshestFor<Row>(
  c: AppContext,
  tenantId: string,
  readModel: () => Promise<Fresh<Row>>,
  writer: () => Promise<Fresh<Row>>,
): Promise<Fresh<Row>> {
  const onFault = (fault: unknown) =>
    c.get('services').logger.warn('read model unavailable; asked the writer', {
      requestId: c.get('requestId'),
      fault: String(fault),
    })
  return unwrap(await freshest(requiredPosition(c, tenantId), readModel, writer, onFault))
}

/**
 * What the read models say of the caller's own tenant, from the cache if it holds that at the end of the tenant's log. Of other
 * tenants nobody has said where their log ends, and asking would cost what the cache saves.
 * @param what which row or page of the view; without personal data
 */
function cached<Found extends Followed>(
  c: AppContext,
  { tenantId, view, what }: Pick<ReadQuestion, 'tenantId' | 'view' | 'what'>,
  load: () => Promise<Found>,
): Promise<Found> {
  const principal = c.get('principal')
  if (principal?.tenantId !== tenantId) return load()
  const required = requiredPosition(c, tenantId)
  return c.get('services').readCache.read({ tenantId, head: principal.head, required, view, what }, load)
}

export function readTenant(c: AppContext, tenantId: string): Promise<Fresh<TenantDetails>> {
  const { readModels, writer } = c.get('services')
  return freshestFor(
    c,
    tenantId,
    () => cached(c, { tenantId, view: 'tenant_details', what: tenantId }, () => readModels.tenant(tenantId)),
    async () => {
      const { state, version, position } = await writer.tenant(tenantId)
      return { row: tenantDetailsOf(state, version, position), position }
    },
  )
}

export function readUser(c: AppContext, tenantId: string, userId: string): Promise<Fresh<UserProfileView>> {
  const { readModels, writer } = c.get('services')
  return freshestFor(
    c,
    tenantId,
    () => cached(c, { tenantId, view: 'user_profile', what: userId }, () => readModels.user(tenantId, userId)),
    async () => {
      const { state, version, position } = await writer.user(tenantId, userId)
      return { row: userProfileOf(state, version, position), position }
    },
  )
}

/** A page of a tenant's users, as far as the request has seen the tenant's log at least. */
export function readUsers(
  c: AppContext,
  tenantId: string,
  filters: UserFilters,
  page: UserPageRequest,
): ReturnType<ReadModels['users']> {
  const { readModels, writer, cryptography } = c.get('services')
  const what = cryptography.sha256Hex(JSON.stringify([filters, page]))
  return cached(c, { tenantId, view: 'user_profile', what }, async () => {
    await catchUp(c, 'user_profile', [tenantId])
    const found = await readModels.users(tenantId, filters, page)
    if (found.position > 0) return found
    // Of such a tenant nothing has been projected yet, or the read models have been lost; or there is none.
    if ((await writer.tenant(tenantId)).version === 0) unwrap(refuse('resource.not_found'))
    await projectNow(c, tenantId)
    return readModels.users(tenantId, filters, page)
  })
}

/**
 * Brings the read models up to every token of the request before a list is read, so that its pages and totals agree.
 * Projecting is idempotent and guarded: it does no harm that the projector itself may be doing the same.
 */
export async function catchUp(c: AppContext, view: ViewName, tenantIds?: readonly string[]): Promise<void> {
  const wanted = new Set(tenantIds ?? c.get('consistency').map((token) => token.tenantId))
  await Promise.all(
    [...wanted].map(async (tenantId) => {
      const required = requiredPosition(c, tenantId)
      if (required === 0) return
      const reached = positionOfView(await projectNow(c, tenantId), view)
      if (reached < required) unwrap(refuse('consistency.not_reached', { retryAfter: 1 }))
    }),
  )
}

/** Brings a tenant's read models up to the end of its log, in the time a request has for that. */
const projectNow = (c: AppContext, tenantId: string): Promise<ProjectionState> =>
  answeredWithin(FOLLOW_WITHIN, c.get('services').projector.project(tenantId))
