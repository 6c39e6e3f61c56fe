import type { Bus, WakeUp } from '#domain/ports/bus.ts'
import type { Logger } from '#domain/ports/logger.ts'

/** Milliseconds between wake-ups. A part of the time that read models may lag, and enough to do much at once. */
const INTERVAL = 100

/**
 * Wakes what comes after a pause at once, and while there is work, tenants once in an interval and all together, each for all
 * that has been committed meanwhile: a projection costs much the same for one event and for a hundred, and tenants that are
 * projected at the same moment share statements.
 */
export class PacedBus implements Bus {
  readonly #bus: Bus
  readonly #logger: Logger
  readonly #interval: number
  /** The latest wake-up of each tenant that waits for the end of the interval. */
  #held = new Map<string, WakeUp>()
  #timer: NodeJS.Timeout | undefined

  /** @param interval milliseconds. */
  constructor(bus: Bus, logger: Logger, interval = INTERVAL) {
    this.#bus = bus
    this.#logger = logger
    this.#interval = interval
  }

  async publish(wakeUps: readonly WakeUp[]): Promise<void> {
    if (this.#timer) {
      for (const wakeUp of wakeUps) this.#held.set(wakeUp.tenantId, wakeUp)
      return
    }
    this.#timer = setInterval(() => this.#next(), this.#interval)
    await this.#bus.publish(wakeUps)
  }

  /** Sends what is held back, and holds nothing more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#timer = undefined
    await this.#release()
  }

  /** Once a whole interval has passed without a wake-up, there is nothing to wait for. */
  #next(): void {
    if (this.#held.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
      return
    }
    void this.#release()
  }

  async #release(): Promise<void> {
    const held = [...this.#held.values()]
    this.#held = new Map()
    if (held.length === 0) return
    try {
      await this.#bus.publish(held)
    } catch (fault) {
      this.#logger.warn('wake-ups were lost; the sweep will send them again', {
        tenants: held.length,
        fault: String(fault),
      })
    }
  }
}
