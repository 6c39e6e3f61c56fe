/** A projection that whoever gets it is to see to: the caller of a command, or a projector that has come to an end. */
export interface DueProjection {
  /** Where the log ended. */
  readonly toPosition: number
  /** Milliseconds to wait before: what is committed meanwhile is projected along. */
  readonly after: number
}

/** Milliseconds between the beginnings of two projections: each reads the log, and the rows it changes. */
export const PROJECT_EVERY = 250
/** Milliseconds after which somebody who has not been heard of is in charge no more. */
export const LOST_AFTER = 10_000
/** Milliseconds that one may go on for: the isolate of a request is not kept for long. */
export const GOES_ON_FOR = 20_000

/**
 * Who is to project a tenant, and when: one at a time, who goes on as long as there is something to do. It is all in memory; what
 * is forgotten with it, the sweep finds.
 */
export class DueProjections {
  readonly #now: () => number
  /** Position of the last commit that is known of. */
  #head = 0
  #projected = 0
  /** When the last projection was to begin. */
  #beginsAt = 0
  #inCharge = false
  #inChargeSince = 0

  /** @param now milliseconds since the epoch */
  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** How far the projector has said that it has come. */
  get projected(): number {
    return this.#projected
  }

  committed(position: number): void {
    this.#head = position
  }

  /** What is to be projected, unless there is nothing or somebody at it. Whoever gets it is in charge until it confirms. */
  next(): DueProjection | undefined {
    return this.#isInCharge() ? undefined : this.#take(this.#now())
  }

  /** Gives back what is next for whoever was in charge, if it is to go on. */
  confirmed(position: number): DueProjection | undefined {
    this.#inCharge = false
    this.#projected = Math.max(this.#projected, position)
    const since = this.#inChargeSince
    return this.#now() - since < GOES_ON_FOR ? this.#take(since) : undefined
  }

  #take(since: number): DueProjection | undefined {
    const toPosition = this.#head
    if (toPosition <= this.#projected) return undefined
    const now = this.#now()
    const rest = this.#beginsAt + PROJECT_EVERY - now
    // More than that is a clock that has been set back.
    const after = rest > 0 && rest <= PROJECT_EVERY ? rest : 0
    this.#beginsAt = now + after
    this.#inCharge = true
    this.#inChargeSince = Math.min(since, now)
    return { toPosition, after }
  }

  /** A clock that has been set back must not leave somebody in charge for as long. */
  #isInCharge(): boolean {
    const silent = this.#now() - this.#beginsAt
    return this.#inCharge && silent >= -PROJECT_EVERY && silent < LOST_AFTER
  }
}
