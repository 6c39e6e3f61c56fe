import type { JsonObject } from '#common/json.ts'
import type { Clock } from '#domain/ports/clock.ts'
import type { LogPage } from '#domain/ports/event-store.ts'
import type { CommitBatch, StoredEvent } from '#domain/ports/tenant-storage.ts'
import { ShortMemory } from '#infrastructure/shared/short-memory.ts'

interface Recent {
  readonly events: StoredEvent[]
  /** Position of the last event when it was committed. */
  readonly head: number
}

/** Events kept, of all tenants: about 3 kB each. */
const MAX_EVENTS = 10_000

/**
 * What this process has committed a moment ago, for the projector that follows right behind: it need not read, parse and open
 * it anew. Others may have committed since: whoever must know that reads the log.
 */
export class RecentEvents {
  readonly #memory: ShortMemory<Recent>

  /** @param capacity events, of all tenants */
  constructor(clock: Clock, capacity = MAX_EVENTS) {
    this.#memory = new ShortMemory(clock, capacity)
  }

  /** Takes up what has been committed. */
  add(tenantId: string, { events: more, head: { position: head } }: Pick<CommitBatch, 'events' | 'head'>): void {
    const [first] = more
    if (!first) return
    const events = this.#memory.get(tenantId)?.events ?? []
    // Where another replica has committed in between there is a gap.
    if (events.at(-1)?.position !== first.position - 1) events.length = 0
    events.push(...more)
    this.#memory.set(tenantId, { events, head }, events.length)
  }

  /** Up to `limit` events after a position; undefined where they are not at hand, or there may be none. */
  read(tenantId: string, after: number, limit: number): LogPage | undefined {
    const recent = this.#memory.get(tenantId)
    if (!recent) return undefined
    const { events, head } = recent
    const start = after + 1 - (events[0]?.position ?? 0)
    if (start < 0 || start >= events.length) return undefined
    const page = events.slice(start, start + limit)
    return { events: page.map(({ envelope }) => envelope), head, personal: personalOf(page) }
  }

  /** Nobody needs what has been followed. */
  followed(tenantId: string, position: number): void {
    const events = this.#memory.get(tenantId)?.events
    const first = events?.[0]
    if (!events || !first) return
    events.splice(0, Math.max(0, position + 1 - first.position))
    if (events.length > 0) this.#memory.resize(tenantId, events.length)
    else this.#memory.delete(tenantId)
  }
}

/** An event without personal fields has none to open either. */
const personalOf = (page: readonly StoredEvent[]): ReadonlyMap<number, JsonObject> =>
  new Map(page.flatMap(({ position, personal }) => (personal ? [[position, personal] as const] : [])))
