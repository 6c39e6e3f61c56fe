import type { JsonObject } from '#common/json.ts'
import type { Clock } from '#domain/ports/clock.ts'
import type { LogPage } from '#domain/ports/event-store.ts'
import type { CommitBatch, StoredEvent } from '#domain/ports/tenant-storage.ts'

interface Recent {
  readonly events: StoredEvent[]
  /** Position of the last event when it was committed. */
  head: number
  /** When the last of them was committed, milliseconds since the epoch. */
  at: number
}

/** Events kept, of all tenants: about 3 kB each. */
const MAX_EVENTS = 10_000
/** Milliseconds. Longer than the projector takes to come, and too short for anything to happen to what has been committed. */
const KEPT = 2_000

/**
 * What this process has committed a moment ago, for the projector that follows right behind: it need not read, parse and open
 * it anew. Others may have committed since: whoever must know that reads the log.
 */
export class RecentEvents {
  readonly #clock: Clock
  readonly #capacity: number
  /** Those of the tenants; who has committed last comes last. */
  readonly #tenants = new Map<string, Recent>()
  #count = 0

  /** @param capacity events, of all tenants */
  constructor(clock: Clock, capacity = MAX_EVENTS) {
    this.#clock = clock
    this.#capacity = capacity
  }

  /** Takes up what has been committed. */
  add(tenantId: string, { events, head: { position: head } }: Pick<CommitBatch, 'events' | 'head'>): void {
    const [first] = events
    if (!first) return
    const known = this.#tenants.get(tenantId)
    // Where another replica has committed in between there is a gap.
    const goesOn = known?.events.at(-1)?.position === first.position - 1
    if (known && !goesOn) this.#drop(tenantId, known)
    const recent = known && goesOn ? known : { events: [], head, at: 0 }
    recent.events.push(...events)
    recent.head = head
    recent.at = this.#clock()
    this.#count += events.length
    this.#tenants.delete(tenantId)
    this.#tenants.set(tenantId, recent)
    for (const [oldest, dropped] of this.#tenants) {
      if (this.#count <= this.#capacity) break
      this.#drop(oldest, dropped)
    }
  }

  /** Up to `limit` events after a position; undefined where they are not at hand, or there may be none. */
  read(tenantId: string, after: number, limit: number): LogPage | undefined {
    const recent = this.#tenants.get(tenantId)
    if (!recent) return undefined
    if (this.#clock() - recent.at > KEPT) {
      this.#drop(tenantId, recent)
      return undefined
    }
    const { events, head } = recent
    const start = after + 1 - (events[0]?.position ?? 0)
    if (start < 0 || start >= events.length) return undefined
    const page = events.slice(start, start + limit)
    return { events: page.map(({ envelope }) => envelope), head, personal: personalOf(page) }
  }

  /** Nobody needs what has been followed. */
  followed(tenantId: string, position: number): void {
    const recent = this.#tenants.get(tenantId)
    const first = recent?.events[0]
    if (!recent || !first) return
    const left = recent.events.splice(0, Math.max(0, position + 1 - first.position))
    this.#count -= left.length
    if (recent.events.length === 0) this.#tenants.delete(tenantId)
  }

  #drop(tenantId: string, { events }: Recent): void {
    this.#count -= events.length
    this.#tenants.delete(tenantId)
  }
}

/** An event without personal fields has none to open either. */
const personalOf = (page: readonly StoredEvent[]): ReadonlyMap<number, JsonObject> =>
  new Map(page.flatMap(({ position, personal }) => (personal ? [[position, personal] as const] : [])))
