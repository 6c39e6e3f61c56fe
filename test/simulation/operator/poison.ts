import type { Cryptography } from '#domain/ports/cryptography.ts'
import type { Hazards } from '../hazards.ts'
import type { Scheduler } from '../scheduler.ts'

/** Chance of an event to be one that views cannot fold, and of such a one to stay so for good. */
const POISONED = 0.12
const FOR_GOOD = 0.35
/** Milliseconds within which the others can be folded. */
const CURED_WITHIN = 10_000

/** Events whose personal fields cannot be brought to the form reducers see: some for a while, some for good. */
export class Poison {
  readonly #scheduler: Scheduler
  readonly #hazards: Hazards
  /** Virtual time until which an event cannot be read, by its id. */
  readonly #until = new Map<string, number>()

  constructor(scheduler: Scheduler, hazards: Hazards) {
    this.#scheduler = scheduler
    this.#hazards = hazards
  }

  isForGood(eventId: string): boolean {
    return this.#until.get(eventId) === Infinity
  }

  /** What projections open events with. */
  cryptography(cryptography: Cryptography): Cryptography {
    if (!this.#hazards.weather.operator) return cryptography
    return {
      ...cryptography,
      open: (key, sealed, eventId) => {
        if (this.#scheduler.now < this.#untilOf(eventId)) throw new Error('nobody can read this')
        return cryptography.open(key, sealed, eventId)
      },
    }
  }

  #untilOf(eventId: string): number {
    const known = this.#until.get(eventId)
    if (known !== undefined) return known
    const until = this.#hazards.chance(POISONED) ? this.#drawn() : 0
    this.#until.set(eventId, until)
    return until
  }

  #drawn(): number {
    const { random, now } = this.#scheduler
    return random.next() < FOR_GOOD ? Infinity : now + random.next() * CURED_WITHIN
  }
}
