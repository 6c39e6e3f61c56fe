import type { Bus, WakeUp } from '#domain/ports/bus.ts'
import type { Logger } from '#domain/ports/logger.ts'

/** Milliseconds between two wake-ups of one tenant. A part of the time its read models may lag, and enough to do much at once. */
const INTERVAL = 100

/**
 * Wakes a tenant at once, and while it is busy no more than once in an interval, for all that has been committed meanwhile: a
 * projection costs much the same for one event and for a hundred.
 */
export class PacedBus implements Bus {
  readonly #bus: Bus
  readonly #logger: Logger
  readonly #interval: number
  /** Tenants that were woken in this interval, and the latest wake-up held back for each, if any. */
  #woken = new Map<string, WakeUp | undefined>()
  #timer: NodeJS.Timeout | undefined

  /** @param interval milliseconds. */
  constructor(bus: Bus, logger: Logger, interval = INTERVAL) {
    this.#bus = bus
    this.#logger = logger
    this.#interval = interval
  }

  async publish(wakeUps: readonly WakeUp[]): Promise<void> {
    const first = wakeUps.filter(({ tenantId }) => !this.#woken.has(tenantId))
    for (const wakeUp of wakeUps) this.#woken.set(wakeUp.tenantId, first.includes(wakeUp) ? undefined : wakeUp)
    if (first.length === 0) return
    this.#timer ??= setInterval(() => this.#next(), this.#interval)
    await this.#bus.publish(first)
  }

  /** Sends what is held back, and holds nothing more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#timer = undefined
    await this.#release()
  }

  /** Once a whole interval has passed without a wake-up, nothing is left to wait for. */
  #next(): void {
    if (this.#woken.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
      return
    }
    void this.#release()
  }

  async #release(): Promise<void> {
    const held = [...this.#woken.values()].filter((wakeUp) => wakeUp !== undefined)
    this.#woken = new Map(held.map(({ tenantId }) => [tenantId, undefined]))
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
