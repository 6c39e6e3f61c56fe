import type { Logger } from '#domain/ports/logger.ts'

const INTERVAL = 30_000

/** Calls a sweep every 30 s, with jitter so that replicas do not sweep together. A sweep that fails is tried again next time. */
export class Sweep {
  readonly #sweep: () => Promise<void>
  readonly #logger: Logger
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(sweep: () => Promise<void>, logger: Logger) {
    this.#sweep = sweep
    this.#logger = logger
  }

  /** Sweeps at once, for what an earlier process left behind, and from then on regularly. */
  start(): void {
    void this.#run()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  async #run(): Promise<void> {
    try {
      await this.#sweep()
    } catch (fault) {
      this.#logger.error('sweep failed', { fault: String(fault) })
    }
    if (this.#stopped) return
    this.#timer = setTimeout(() => void this.#run(), INTERVAL * (0.75 + Math.random() / 2)).unref()
  }
}
