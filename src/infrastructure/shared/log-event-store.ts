import type { EventStore } from '#domain/ports/event-store.ts'
import type { TenantWriter } from '#domain/ports/tenant-writer.ts'

/** The embedded event store: the tenant's own log is the store, so nothing is forwarded and nothing can differ. */
export const logEventStore = (writer: Pick<TenantWriter, 'log'>): EventStore => ({
  sharesTenantLog: true,
  async readTenant(tenantId, after, limit) {
    const { head, ...page } = await writer.log(tenantId, after, limit)
    return { ...page, head: head.position }
  },
})
