import type { Scheduler } from '../scheduler.ts'

/** The alarm of an object, which outlives it. */
export class Alarm {
  readonly #scheduler: Scheduler
  readonly #ring: () => void
  /** When it goes off, in virtual milliseconds. */
  #at: number | undefined

  constructor(scheduler: Scheduler, ring: () => void) {
    this.#scheduler = scheduler
    this.#ring = ring
  }

  /** Has it go off in so many milliseconds, unless it does before anyway. */
  arm(milliseconds: number): void {
    const at = this.#scheduler.now + milliseconds
    if (this.#at !== undefined && this.#at <= at) return
    this.#at = at
    this.#scheduler.in(milliseconds, () => {
      if (this.#at !== at) return
      this.#at = undefined
      this.#ring()
    })
  }
}
