import type { Bus, WakeUp } from '#domain/ports/bus.ts'
import type { Logger } from '#domain/ports/logger.ts'
import { PublicationRefusedFault, type EventPublisher, type PublicationStorage } from '#domain/ports/publication.ts'
import { publishLog } from '#domain/publishing/publish-log.ts'
import { TenantWorkers } from '../tenant-workers.ts'
import { faultText } from './connect.ts'

/** Tenants that a sweep takes up at a time. */
const SWEEP_PAGE = 500
/** Milliseconds for which a tenant whose events were refused is left alone: doubled each time between these bounds. */
const REFUSED = { first: 1_000, longest: 10_000 }

/** What a try has left behind that failed. */
interface Trouble {
  /** Milliseconds for which the tenant was left alone; 0 when nothing was refused. */
  readonly pause: number
  /** As the bus's clock counts. */
  readonly until: number
}

export interface RabbitMqBusOptions {
  readonly storage: PublicationStorage
  readonly publisher: EventPublisher
  /** Whether the broker is there and takes messages. */
  readonly ready: () => boolean
  /** Asks for a sweep in so many milliseconds, or before long: something could not be published. */
  readonly sweepSoon: (milliseconds?: number) => void
  /** Projects tenants in this process. */
  readonly projections: TenantWorkers
  readonly logger: Logger
  /** Milliseconds since any moment; never set back. */
  readonly now?: () => number
}

/**
 * A wake-up is the publication of the tenant's new events: they go to the exchange `events`, from there into
 * `event.processing`, and whoever takes them there projects the tenant. Where nothing can be published, or nothing is left to be,
 * this process projects it: the read models do not wait for the broker.
 *
 * One full queue, anybody's, has the broker refuse a message that all others take. So a refused tenant is left alone for a while,
 * tenant by tenant: the queue may be one that gets no other's events.
 */
export class RabbitMqBus implements Bus {
  readonly #options: RabbitMqBusOptions
  readonly #now: () => number
  readonly #publications: TenantWorkers
  /**
   * Of tenants whose last try failed. The next one begins with a single event: of a refused page others have had copies, and a
   * broker too slow for a whole one may yet confirm so much in time.
   */
  readonly #troubles = new Map<string, Trouble>()

  constructor(options: RabbitMqBusOptions) {
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
    this.#publications = new TenantWorkers(
      (tenantId) => this.#publish(tenantId),
      (tenantId, fault) => this.#failed(tenantId, fault),
    )
  }

  publish(wakeUps: readonly WakeUp[]): Promise<void> {
    for (const wakeUp of wakeUps) void this.#wake(wakeUp)
    return Promise.resolve()
  }

  /** Publishes what commits could not, tenant by tenant, for as long as the broker is there. */
  async sweep(): Promise<void> {
    const { storage, ready } = this.#options
    for (let after = ''; ready();) {
      const tenants = await storage.unpublishedTenants(after, SWEEP_PAGE)
      await Promise.all(tenants.map(({ tenantId, position }) => this.#publications.run(tenantId, position)))
      const last = tenants.at(-1)
      if (!last || tenants.length < SWEEP_PAGE) return
      after = last.tenantId
    }
  }

  /** The broker is there anew: one that has just begun refuses what its queues take a moment later. */
  connected(): void {
    for (const [tenantId, { pause }] of this.#troubles)
      this.#troubles.set(tenantId, { pause: Math.min(pause, REFUSED.first), until: 0 })
  }

  /** Takes no more wake-ups, and resolves when what is being published is. */
  stop(): Promise<void> {
    return this.#publications.stop()
  }

  /** Returns the last position published, 0 when there was nothing or it is too early after a refusal. */
  async #publish(tenantId: string): Promise<number> {
    const { storage, publisher, sweepSoon } = this.#options
    const trouble = this.#troubles.get(tenantId)
    const left = (trouble?.until ?? 0) - this.#now()
    if (left > 0) {
      // However many are left alone, until as many moments: a sweep looks at all tenants.
      sweepSoon(Math.max(left, REFUSED.first))
      return 0
    }
    const published = await publishLog(tenantId, { storage, publisher, carefully: trouble !== undefined })
    this.#troubles.delete(tenantId)
    return published
  }

  #failed(tenantId: string, fault: unknown): void {
    const { sweepSoon, logger } = this.#options
    logger.warn('events were not published; the sweep will try again', { tenantId, fault: faultText(fault) })
    const { pause: before = 0 } = this.#troubles.get(tenantId) ?? {}
    if (!(fault instanceof PublicationRefusedFault)) {
      this.#troubles.set(tenantId, { pause: before, until: 0 })
      return sweepSoon()
    }
    const pause = Math.min(Math.max(2 * before, REFUSED.first), REFUSED.longest)
    this.#troubles.set(tenantId, { pause, until: this.#now() + pause })
    sweepSoon(pause)
  }

  async #wake({ tenantId, toPosition }: WakeUp): Promise<void> {
    const { ready, projections } = this.#options
    const published = ready() ? await this.#publications.run(tenantId, toPosition) : undefined
    // What was published earlier may have been lost since, as a dead letter or with the broker: it wakes nobody any more.
    if (published !== undefined && published > 0) return
    await projections.run(tenantId, toPosition)
  }
}
