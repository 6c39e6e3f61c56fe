import type { EventEnvelope } from '#common/envelope.ts'
import type { EventStore, StreamStore } from '#domain/ports/event-store.ts'
import { fromStoreEvent, revisionOf, tenantStream } from '#domain/event-store/stream-event.ts'

/**
 * Tenants' logs read from an event store alone, each up to the first event that is not the tenant's. Whether events are as
 * they were written, the chain of hashes tells: what is read here is to be checked against it.
 */
export const streamEventSource = (store: Pick<StreamStore, 'readStream'>): EventStore => ({
  sharesTenantLog: false,
  async readTenant(tenantId, after, limit) {
    const page = await store.readStream(tenantStream(tenantId), revisionOf(after + 1), limit)
    if (page.kind === 'streamNotFound') return { events: [], head: 0 }
    if (page.kind !== 'read') throw new Error(`the stream of the tenant cannot be read: ${page.kind}`)
    const events: EventEnvelope[] = []
    for (const recorded of page.events) {
      const read = fromStoreEvent(recorded)
      if (read.kind === 'foreign') break
      events.push(read.envelope)
    }
    const last = events.at(-1)?.position ?? after
    const isWhole = page.endOfStream && events.length === page.events.length
    return { events, head: isWhole ? last : last + 1 }
  },
})
