import type { Logger } from '#domain/ports/logger.ts'

/** Milliseconds from the end of a sweep to the next one, give or take a quarter. */
const INTERVAL = 30_000

/** Calls a sweep regularly, with jitter so that replicas do not sweep together. A sweep that fails is tried again next time. */
export class Sweep {
  readonly #sweep: () => Promise<void>
  readonly #logger: Logger
  #timer: NodeJS.Timeout | undefined
  /** When the timer goes off, in milliseconds since the epoch. */
  #at = 0
  /** Milliseconds from the end of the sweep that is running to the next. */
  #soonest = 0
  #stopped = false

  constructor(sweep: () => Promise<void>, logger: Logger) {
    this.#sweep = sweep
    this.#logger = logger
  }

  /** Sweeps at once, for what an earlier process left behind, and from then on regularly. */
  start(): void {
    void this.#run()
  }

  /** Sweeps in so many milliseconds, unless it is to sweep before anyway. */
  soon(milliseconds: number): void {
    if (!this.#timer) this.#soonest = Math.min(this.#soonest, milliseconds)
    else if (Date.now() + milliseconds < this.#at) this.#schedule(milliseconds)
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  #schedule(milliseconds: number): void {
    clearTimeout(this.#timer)
    if (this.#stopped) return
    this.#at = Date.now() + milliseconds
    this.#timer = setTimeout(() => void this.#run(), milliseconds).unref()
  }

  async #run(): Promise<void> {
    this.#timer = undefined
    this.#soonest = INTERVAL * (0.75 + Math.random() / 2)
    try {
      await this.#sweep()
    } catch (fault) {
      this.#logger.error('sweep failed', { fault: String(fault) })
    }
    this.#schedule(this.#soonest)
  }
}
