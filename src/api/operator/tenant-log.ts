import { refuse } from '#common/outcome.ts'
import type { Follower, OutboxEntry } from '#domain/ports/outbox.ts'
import type { AppContext } from '../context.ts'
import { unwrap } from '../refusal-error.ts'

/** What operators work with. It is there wherever one has been let in. */
export const operatorOf = (c: AppContext) => c.get('services').operator ?? unwrap(refuse('route.not_found'))

/** Where a tenant's log stands; ends the request where there is no such log. */
export async function entryOf(c: AppContext, tenantId: string, follower?: Follower): Promise<OutboxEntry> {
  return (await operatorOf(c).outbox.tenant(tenantId, follower)) ?? unwrap(refuse('resource.not_found'))
}
