import type { StreamStore } from '../ports/event-store.ts'
import type { ForwardingStorage } from '../ports/forwarding.ts'
import type { Logger } from '../ports/logger.ts'
import { Forwarder } from './forwarder.ts'

/** Tenants whose log a sweep forwards at the same time. */
const TENANTS_AT_ONCE = 8
/** Time to the next try of a store that did not take a batch, in milliseconds: doubled each time between these bounds. */
const RETRY = { first: 500, longest: 15_000 }

export interface ForwardersOptions {
  readonly store: Pick<StreamStore, 'append' | 'readStream' | 'readLast' | 'health'>
  readonly logger: Logger
  /** Milliseconds. */
  readonly now: () => number
  /** Called when the store did not take a batch: there is to be a sweep in so many milliseconds. */
  readonly sweepIn: (milliseconds: number) => void
}

/**
 * The forwarders of a process that writes for many tenants. A commit forwards its tenant's log at once; a sweep forwards what
 * is left over. While the store is away commits leave it alone, and a sweep tries it with no more than a few tenants.
 */
export class Forwarders {
  readonly #options: ForwardersOptions
  /** Tenants that a commit is forwarding now; true when there has been another commit since. */
  readonly #forwarding = new Map<string, boolean>()
  /** Before then commits leave the store alone, whose next try is the sweep's. */
  #pausedUntil = 0
  #retry: number = RETRY.first

  constructor(options: ForwardersOptions) {
    this.#options = options
  }

  open(tenantId: string, storage: ForwardingStorage): Forwarder {
    const { store, logger } = this.#options
    return new Forwarder({ tenantId, storage, store, logger })
  }

  /** After a commit: forwards the tenant's log unless the store is away, once for all commits that happen meanwhile. */
  async committed(tenantId: string, forwarder: Forwarder): Promise<void> {
    if (this.#forwarding.has(tenantId)) {
      this.#forwarding.set(tenantId, true)
      return
    }
    do {
      if (this.#options.now() < this.#pausedUntil) break
      this.#forwarding.set(tenantId, false)
      await this.#forward(tenantId, forwarder)
    } while (this.#forwarding.get(tenantId) === true)
    this.#forwarding.delete(tenantId)
  }

  /**
   * Forwards the logs of tenants that lag. Stops at the first that fails because the store is away; one that fails for a
   * reason of its own keeps the others from nothing. Returns those that were not come to.
   */
  async sweep(tenantIds: readonly string[], forwarderOf: (tenantId: string) => Forwarder): Promise<readonly string[]> {
    const waiting = [...tenantIds]
    const lane = async () => {
      for (let tenantId = waiting.shift(); tenantId !== undefined; tenantId = waiting.shift()) {
        const taken = await this.#forward(tenantId, forwarderOf(tenantId))
        if (!taken && (await this.#options.store.health()).status !== 'up') return
      }
    }
    await Promise.all(Array.from({ length: TENANTS_AT_ONCE }, lane))
    return waiting
  }

  /** False when the store did not take what there is. Never throws. */
  async #forward(tenantId: string, forwarder: Forwarder): Promise<boolean> {
    try {
      const taken = (await forwarder.forward()).kind !== 'waiting'
      if (taken) this.#retry = RETRY.first
      else this.#pause()
      return taken
    } catch (fault) {
      this.#options.logger.error('forwarding failed; the sweep will try again', { tenantId, fault: String(fault) })
      return false
    }
  }

  /** Of several tries that fail together, one counts. */
  #pause(): void {
    const { now, sweepIn } = this.#options
    if (now() < this.#pausedUntil) return
    this.#pausedUntil = now() + this.#retry
    sweepIn(this.#retry)
    this.#retry = Math.min(2 * this.#retry, RETRY.longest)
  }
}
