import { tenantOf, tenantStream } from '#domain/event-store/stream-event.ts'
import { outboxPages } from '#domain/forwarding/outbox-status.ts'
import type { EventStore, StreamStore } from '#domain/ports/event-store.ts'
import type { Outbox } from '#domain/ports/outbox.ts'
import type { TenantWriter } from '#domain/ports/tenant-writer.ts'
import { logEventStore } from '#infrastructure/shared/log-event-store.ts'
import { streamEventSource } from '#infrastructure/shared/stream-event-source.ts'

const EVENTS_PAGE = 1_000

/** A tenant whose events can be read, and how many there are. */
export interface Source {
  readonly tenantId: string
  readonly events: number
}

/** Where a rebuild reads events, and which tenants it finds there: the read database may have lost what it knew of them. */
export interface RebuildSource {
  readonly eventStore: EventStore
  /** Those of all tenants, or of one: then none or one. */
  tenants(only: string | undefined): Promise<readonly Source[]>
}

/** The tenants' own logs. */
export const logSource = (
  writer: Pick<TenantWriter, 'log'>,
  outbox: Pick<Outbox, 'tenant' | 'page'>,
): RebuildSource => ({
  eventStore: logEventStore(writer),
  async tenants(only) {
    if (only !== undefined) {
      const entry = await outbox.tenant(only)
      return entry ? [{ tenantId: only, events: entry.position }] : []
    }
    const all: Source[] = []
    for await (const { entries, unanswered } of outboxPages(outbox)) {
      all.push(...entries.map(({ tenantId, position }) => ({ tenantId, events: position })))
      // They are tried all the same, and named if they fail again.
      all.push(...unanswered.map((tenantId) => ({ tenantId, events: 0 })))
    }
    return all
  },
})

/** An EventStoreDB alone. It keeps no list of its streams that every server would have: all events are looked through. */
export const eventStoreSource = (store: Pick<StreamStore, 'readStream' | 'readLast' | 'readAll'>): RebuildSource => ({
  eventStore: streamEventSource(store),
  async tenants(only) {
    if (only !== undefined) {
      const last = await store.readLast(tenantStream(only))
      const [event] = last.kind === 'read' ? last.events : []
      return event ? [{ tenantId: only, events: event.revision + 1 }] : []
    }
    const events = new Map<string, number>()
    for (let after: string | undefined, isEnd = false; !isEnd;) {
      const page = await store.readAll(after, EVENTS_PAGE)
      for (const { stream } of page.events) {
        const tenantId = tenantOf(stream)
        if (tenantId !== undefined) events.set(tenantId, (events.get(tenantId) ?? 0) + 1)
      }
      after = page.next
      isEnd = page.endOfStore
    }
    return [...events].map(([tenantId, count]) => ({ tenantId, events: count }))
  },
})
