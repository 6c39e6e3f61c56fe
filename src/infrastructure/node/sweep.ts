import type { Logger } from '#domain/ports/logger.ts'

/** Milliseconds from the end of a sweep to the next one where nothing else is said, give or take a quarter. */
const INTERVAL = 30_000

/** Time and chance as a sweep uses them. */
export interface SweepTimers {
  /** Milliseconds. */
  now(): number
  /** From 0 up to 1. */
  random(): number
  /** Calls once after so many milliseconds; returns what calls it off. */
  after(milliseconds: number, run: () => void): () => void
}

const systemTimers: SweepTimers = {
  now: () => Date.now(),
  random: () => Math.random(),
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds).unref()
    return () => clearTimeout(timer)
  },
}

/** Calls a sweep regularly, with jitter so that replicas do not sweep together. A sweep that fails is tried again next time. */
export class Sweep {
  readonly #sweep: () => Promise<void>
  readonly #logger: Logger
  readonly #timers: SweepTimers
  readonly #interval: number
  /** Calls the next sweep off; absent while one runs. */
  #callOff: (() => void) | undefined
  /** When the next sweep begins, in milliseconds since the epoch. */
  #at = 0
  /** Milliseconds from the end of the sweep that is running to the next. */
  #soonest = 0
  #stopped = false

  constructor(
    sweep: () => Promise<void>,
    logger: Logger,
    { timers = systemTimers, interval = INTERVAL }: { readonly timers?: SweepTimers; readonly interval?: number } = {},
  ) {
    this.#sweep = sweep
    this.#logger = logger
    this.#timers = timers
    this.#interval = interval
  }

  /** Sweeps at once, for what an earlier process left behind, and from then on regularly. */
  start(): void {
    void this.#run()
  }

  /** Sweeps in so many milliseconds, unless it is to sweep before anyway. */
  soon(milliseconds: number): void {
    if (!this.#callOff) this.#soonest = Math.min(this.#soonest, milliseconds)
    else if (this.#timers.now() + milliseconds < this.#at) this.#schedule(milliseconds)
  }

  stop(): void {
    this.#stopped = true
    this.#callOff?.()
  }

  #schedule(milliseconds: number): void {
    this.#callOff?.()
    if (this.#stopped) return
    this.#at = this.#timers.now() + milliseconds
    this.#callOff = this.#timers.after(milliseconds, () => void this.#run())
  }

  async #run(): Promise<void> {
    this.#callOff = undefined
    this.#soonest = this.#interval * (0.75 + this.#timers.random() / 2)
    try {
      await this.#sweep()
    } catch (fault) {
      this.#logger.error('sweep failed', { fault: String(fault) })
    }
    this.#schedule(this.#soonest)
  }
}
