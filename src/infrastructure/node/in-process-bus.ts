import type { Bus, WakeUp } from '#domain/ports/bus.ts'
import type { Logger } from '#domain/ports/logger.ts'

/** Tenants projected at a time: five (seed line 2591), more while many wait. A database session is in use by each. */
const WORKERS = { fewest: 5, most: 12 }
/** Waiting tenants for which another worker is added. */
const TENANTS_A_WORKER = 20

/** The embedded bus: wakes the projector of this process. What fails or is lost on a crash, the sweep heals. */
export class InProcessBus implements Bus {
  readonly #project: (tenantId: string) => Promise<unknown>
  readonly #logger: Logger
  /** Waiting tenants, in the order of their first wake-up. */
  readonly #waiting = new Set<string>()
  readonly #running = new Set<string>()
  #stopped = false
  #onIdle: (() => void)[] = []

  constructor(project: (tenantId: string) => Promise<unknown>, logger: Logger) {
    this.#project = project
    this.#logger = logger
  }

  publish(wakeUps: readonly WakeUp[]): Promise<void> {
    if (!this.#stopped) for (const { tenantId } of wakeUps) this.#waiting.add(tenantId)
    this.#start()
    return Promise.resolve()
  }

  /** Takes no more wake-ups, and resolves when the work under way is done. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#waiting.clear()
    if (this.#running.size > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve))
  }

  /** Tenants that may be projected at a time, by how many wait. */
  get workers(): number {
    return Math.min(WORKERS.most, WORKERS.fewest + Math.floor(this.#waiting.size / TENANTS_A_WORKER))
  }

  #start(): void {
    for (const tenantId of this.#waiting) {
      if (this.#running.size >= this.workers) return
      if (this.#running.has(tenantId)) continue
      this.#waiting.delete(tenantId)
      this.#running.add(tenantId)
      void this.#run(tenantId)
    }
  }

  async #run(tenantId: string): Promise<void> {
    try {
      await this.#project(tenantId)
    } catch (fault) {
      this.#logger.error('projection failed; the sweep will try again', { tenantId, fault: String(fault) })
    } finally {
      this.#running.delete(tenantId)
      this.#start()
      if (this.#running.size === 0) for (const resolve of this.#onIdle.splice(0)) resolve()
    }
  }
}
