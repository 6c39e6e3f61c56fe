import type { Connection } from 'rabbitmq-client'
import { UnavailableFault } from '#common/unavailable-fault.ts'
import type { Bus } from '#domain/ports/bus.ts'
import type { Logger } from '#domain/ports/logger.ts'
import type { EventPublisher, PublicationStorage } from '#domain/ports/publication.ts'
import { ConfirmingPublisher, type PublisherTimers } from '#infrastructure/node/rabbitmq/confirming-publisher.ts'
import { processEvents } from '#infrastructure/node/rabbitmq/process-events.ts'
import { RabbitMqBus } from '#infrastructure/node/rabbitmq/rabbitmq-bus.ts'
import { RabbitMqEventPublisher } from '#infrastructure/node/rabbitmq/rabbitmq-event-publisher.ts'
import { Sweep, type SweepTimers } from '#infrastructure/node/sweep.ts'
import { TenantWorkers } from '#infrastructure/node/tenant-workers.ts'
import { over, type Process } from '../process.ts'
import type { World } from '../world.ts'
import type { Broker } from './broker.ts'

/** Milliseconds, as `RabbitMq` has them. */
const SWEPT_WITHIN = 1_000
const SWEPT_AGAIN = 5_000

export interface BusParts {
  readonly world: World
  readonly broker: Broker
  readonly process: Process
  readonly timers: SweepTimers
  /** Returns the position that the tenant has been projected to. */
  readonly project: (tenantId: string) => Promise<number>
  readonly logger: Logger
}

/** Bus, publisher and consumer of a replica over a RabbitMQ, bound together as `RabbitMq` binds them. */
export function openBus({ world, broker, process, timers, project, logger }: BusParts): Bus {
  const { variant, hazards, publication } = world
  const connection = broker.connect(process)
  const client = connection as unknown as Connection // all of it that is used here
  const publisher = new ConfirmingPublisher(() => client, undefined, publisherTimers(world, process))
  const events: EventPublisher = new RabbitMqEventPublisher(publisher, 'https://acci.test')
  const plain = over<PublicationStorage>(process, 'publication', publication, () => hazards.log)
  const projections = new TenantWorkers(project, (tenantId, fault) =>
    logger.error('projection failed; the sweep will try again', { tenantId, fault: String(fault) }),
  )
  const bus = new RabbitMqBus({
    storage: variant.publication?.(plain) ?? plain,
    publisher: variant.publisher?.(events) ?? events,
    ready: () => publisher.ready,
    sweepSoon: (milliseconds = SWEPT_AGAIN) => sweep.soon(milliseconds),
    projections,
    logger,
    now: () => world.scheduler.now,
  })
  const sweep = new Sweep(
    async () => {
      await bus.sweep()
      if (!publisher.ready) sweep.soon(SWEPT_AGAIN)
    },
    logger,
    { timers },
  )
  connection.onConnection = () => {
    bus.connected()
    sweep.soon(timers.random() * SWEPT_WITHIN)
  }
  processEvents({ connection: client, projections, logger, wait: (milliseconds) => process.wait(milliseconds) })
  if (variant.sweeps?.publishing !== false) sweep.start()
  return bus
}

const publisherTimers = ({ scheduler }: World, process: Process): PublisherTimers => ({
  now: () => scheduler.now,
  within: (milliseconds, work) =>
    new Promise((resolve, reject) => {
      const callOff = process.after(milliseconds, () => reject(new UnavailableFault(`nothing in ${milliseconds} ms`)))
      work.then(resolve, reject).finally(callOff)
    }),
  turn: () => Promise.resolve(),
})
