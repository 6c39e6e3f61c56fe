import type { Bus, WakeUp } from '#domain/ports/bus.ts'
import type { Logger } from '#domain/ports/logger.ts'
import type { PublicationStorage } from '#domain/ports/publication.ts'
import { publishLog } from '#domain/publishing/publish-log.ts'
import { TenantWorkers } from '../tenant-workers.ts'
import { faultText } from './connect.ts'
import type { RabbitMqEventPublisher } from './rabbitmq-event-publisher.ts'

/** Tenants that a sweep takes up at a time. */
const SWEEP_PAGE = 500

export interface RabbitMqBusOptions {
  readonly storage: PublicationStorage
  readonly publisher: RabbitMqEventPublisher
  /** Whether the broker is there and takes messages. */
  readonly ready: () => boolean
  /** Asks for a sweep before long: something could not be published. */
  readonly sweepSoon: () => void
  /** Projects tenants in this process. */
  readonly projections: TenantWorkers
  readonly logger: Logger
}

/**
 * A wake-up is the publication of the tenant's new events: they go to the exchange `events`, from there into
 * `event.processing`, and whoever takes them there projects the tenant. Where nothing can be published, or nothing is left to be,
 * this process projects it: the read models do not wait for the broker.
 */
export class RabbitMqBus implements Bus {
  readonly #options: RabbitMqBusOptions
  readonly #publications: TenantWorkers

  constructor(options: RabbitMqBusOptions) {
    const { storage, publisher, sweepSoon, logger } = options
    this.#options = options
    this.#publications = new TenantWorkers(
      (tenantId) => publishLog(tenantId, storage, publisher),
      (tenantId, fault) => {
        logger.warn('events were not published; the sweep will try again', { tenantId, fault: faultText(fault) })
        sweepSoon()
      },
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

  /** Takes no more wake-ups, and resolves when what is being published is. */
  stop(): Promise<void> {
    return this.#publications.stop()
  }

  async #wake({ tenantId, toPosition }: WakeUp): Promise<void> {
    const { ready, projections } = this.#options
    const published = ready() ? await this.#publications.run(tenantId, toPosition) : undefined
    // What was published earlier may have been lost since, as a dead letter or with the broker: it wakes nobody any more.
    if (published !== undefined && published > 0) return
    await projections.run(tenantId, toPosition)
  }
}
