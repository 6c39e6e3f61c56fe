import type { EventEnvelope } from '#common/envelope.ts'
import type { World } from '../world.ts'

/** What of one tenant's events has come. */
interface Followed {
  /** Texts of the events, by their positions. */
  readonly came: Map<number, string>
  /** Positions of events that a full queue has refused: later ones may come first, and in their place nothing is wrong. */
  readonly refused: Set<number>
}

const eventIn = (body: Buffer) => (JSON.parse(body.toString('utf8')) as { readonly data: EventEnvelope }).data // a CloudEvent

/** Somebody else's queue: takes all events, of whom each must come at least once and, first, in the order of the log. */
export class Subscriber {
  readonly #world: World
  readonly #tenants = new Map<string, Followed>()

  constructor(world: World) {
    this.#world = world
  }

  takes(body: Buffer): void {
    const event = eventIn(body)
    const { tenantId, position } = event
    const { came, refused } = this.#of(tenantId)
    if (came.has(position)) return
    for (let before = position - 1; before > 0 && !came.has(before); before--)
      if (!refused.has(before))
        this.#world.violated('events are published in order', `${tenantId}: ${position} came before ${before}`)
    came.set(position, JSON.stringify(event))
  }

  refuses(body: Buffer): void {
    const { tenantId, position } = eventIn(body)
    this.#of(tenantId).refused.add(position)
  }

  /** What must hold once all has come to rest: it has the log, and nothing but that. */
  check(tenantId: string, log: readonly EventEnvelope[]): void {
    const { came } = this.#of(tenantId)
    for (const event of log) {
      const text = came.get(event.position)
      if (text === undefined)
        this.#world.violated('every event is published', `${tenantId}: position ${event.position} has not come`)
      else if (text !== JSON.stringify(event))
        this.#world.violated('only events of a log are published', `${tenantId}: position ${event.position} differs`)
    }
    for (const position of came.keys())
      if (position > log.length)
        this.#world.violated('only events of a log are published', `${tenantId}: position ${position} is in no log`)
  }

  #of(tenantId: string): Followed {
    const known = this.#tenants.get(tenantId)
    if (known) return known
    const followed = { came: new Map<number, string>(), refused: new Set<number>() }
    this.#tenants.set(tenantId, followed)
    return followed
  }
}
