/** How many tenants are worked at a time. */
export interface WorkerBounds {
  readonly fewest: number
  readonly most: number
}

/** Five (seed line 2591), and one more for each tenant that waits: those who work at the same moment share statements. */
const BOUNDS: WorkerBounds = { fewest: 5, most: 64 }

interface Waiter {
  /** Position that is enough for whoever waits. */
  readonly to: number
  readonly resolve: (reached: number | undefined) => void
}

/**
 * Works tenants, each of them one at a time and several beside each other, in the order in which they were first asked for.
 * Who asks for a tenant that is being worked is served by one more run, together with all others who do.
 */
export class TenantWorkers {
  readonly #work: (tenantId: string) => Promise<number>
  readonly #onFault: (tenantId: string, fault: unknown) => void
  readonly #bounds: WorkerBounds
  readonly #waiting = new Map<string, Waiter[]>()
  readonly #running = new Set<string>()
  #stopped = false
  #onIdle: (() => void)[] = []

  /** @param work returns the position of the tenant's log that it has come to */
  constructor(
    work: (tenantId: string) => Promise<number>,
    onFault: (tenantId: string, fault: unknown) => void,
    bounds = BOUNDS,
  ) {
    this.#work = work
    this.#onFault = onFault
    this.#bounds = bounds
  }

  /**
   * Resolves once the tenant has been worked up to `toPosition`, or by a run that began after the call: with the position that
   * this run has come to. Resolves with undefined when that run failed, or none will be. Never rejects.
   */
  run(tenantId: string, toPosition: number): Promise<number | undefined> {
    if (this.#stopped) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      const waiter = { to: toPosition, resolve }
      const waiting = this.#waiting.get(tenantId)
      if (waiting) waiting.push(waiter)
      else this.#waiting.set(tenantId, [waiter])
      this.#start()
    })
  }

  /** Whether a run of the tenant has been asked for that has yet to begin. */
  isAwaited(tenantId: string): boolean {
    return this.#waiting.has(tenantId)
  }

  /** Begins nothing more, and resolves when the work under way is done. */
  async stop(): Promise<void> {
    this.#stopped = true
    for (const waiters of this.#waiting.values()) for (const { resolve } of waiters) resolve(undefined)
    this.#waiting.clear()
    if (this.#running.size > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve))
  }

  /** Tenants that may be worked at a time, by how many wait. */
  get workers(): number {
    const { fewest, most } = this.#bounds
    return Math.min(most, fewest + this.#waiting.size)
  }

  #start(): void {
    for (const [tenantId, waiters] of this.#waiting) {
      if (this.#running.size >= this.workers) return
      if (this.#running.has(tenantId)) continue
      this.#waiting.delete(tenantId)
      this.#running.add(tenantId)
      void this.#run(tenantId, waiters)
    }
  }

  async #run(tenantId: string, waiters: readonly Waiter[]): Promise<void> {
    let reached: number | undefined
    try {
      reached = await this.#work(tenantId)
      this.#serve(tenantId, reached)
    } catch (fault) {
      this.#onFault(tenantId, fault)
    } finally {
      for (const { resolve } of waiters) resolve(reached)
      this.#running.delete(tenantId)
      this.#start()
      if (this.#running.size === 0) for (const resolve of this.#onIdle.splice(0)) resolve()
    }
  }

  /** Those who have asked meanwhile for no more than has been done need no run of their own. */
  #serve(tenantId: string, reached: number): void {
    const waiting = this.#waiting.get(tenantId)
    if (!waiting) return
    const { served = [], left = [] } = Object.groupBy(waiting, ({ to }) => (to <= reached ? 'served' : 'left'))
    for (const { resolve } of served) resolve(reached)
    if (left.length === 0) this.#waiting.delete(tenantId)
    else this.#waiting.set(tenantId, left)
  }
}
