import type { EventEnvelope } from '#common/envelope.ts'

/** The store of record that projections read. Streams are `tenant-{tenantId}`; revision = position − 1. */
export interface EventStore {
  /** True when the tenant's log itself is the store, so that nothing needs forwarding. */
  readonly sharesTenantLog: boolean
  /** Up to `limit` events of the tenant after position `after`, in order. A page may be short and yet not be the last. */
  readTenant(tenantId: string, after: number, limit: number): Promise<LogPage>
}

export interface LogPage {
  readonly events: readonly EventEnvelope[]
  /** Position of the log's last event when the page was read. */
  readonly head: number
}
