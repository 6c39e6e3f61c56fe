import type { EventStore, LogPage } from '#domain/ports/event-store.ts'
import type { TenantWriter } from '#domain/ports/tenant-writer.ts'

/** Gives a page of a tenant's log that is at hand, if it is. */
export type PageAtHand = (tenantId: string, after: number, limit: number) => LogPage | undefined

/**
 * The embedded event store: the tenant's own log is the store, so nothing is forwarded and nothing can differ.
 * @param lately pages that are at hand, for who follows a log and need not know whether others have written since
 */
export const logEventStore = (writer: Pick<TenantWriter, 'log'>, lately: PageAtHand = () => undefined): EventStore => ({
  sharesTenantLog: true,
  async readTenant(tenantId, after, limit) {
    const atHand = lately(tenantId, after, limit)
    if (atHand) return atHand
    const { head, ...page } = await writer.log(tenantId, after, limit)
    return { ...page, head: head.position }
  },
})
