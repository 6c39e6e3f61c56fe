import type { Connection } from 'rabbitmq-client'
import { answeredWithin } from '#common/answered-within.ts'
import type { Logger } from '#domain/ports/logger.ts'
import type { PublicationStorage } from '#domain/ports/publication.ts'
import { InProcessCommandQueue } from '../in-process-command-queue.ts'
import { Sweep } from '../sweep.ts'
import type { TenantWorkers } from '../tenant-workers.ts'
import { ConfirmingPublisher } from './confirming-publisher.ts'
import { connectRabbitMq } from './connect.ts'
import { processEvents } from './process-events.ts'
import { RabbitMqBus } from './rabbitmq-bus.ts'
import { RabbitMqCommandQueue } from './rabbitmq-command-queue.ts'
import { RabbitMqEventPublisher } from './rabbitmq-event-publisher.ts'

/** Milliseconds until a connection that does not end in order is cut. */
const ENDED_WITHIN = 5_000
/** Milliseconds within which what has waited for the broker goes out on its return: not at once, for replicas are not to meet. */
const SWEPT_WITHIN = 1_000
/** Milliseconds after which what could not be published is tried again. */
const SWEPT_AGAIN = 5_000

export interface RabbitMqOptions {
  /** amqp: or amqps:, with user and password. */
  readonly url: string
  /** Where the product's API is, without a slash at its end. */
  readonly publicUrl: string
  readonly storage: PublicationStorage
  /** Projects tenants in this process. */
  readonly projections: TenantWorkers
  readonly logger: Logger
}

/** Bus and command queue of the container over a RabbitMQ. Does without it until it is started, and whenever it is away. */
export class RabbitMq {
  readonly bus: RabbitMqBus
  readonly commands: RabbitMqCommandQueue
  readonly #options: RabbitMqOptions
  readonly #publisher: ConfirmingPublisher
  readonly #sweep: Sweep
  /** Two: a broker short of memory or disk stops those who publish, and only them. */
  #connections: { readonly publishing: Connection; readonly consuming: Connection } | undefined
  #events: { close(): Promise<void> } | undefined

  constructor(options: RabbitMqOptions) {
    const { publicUrl, logger } = options
    this.#options = options
    this.#publisher = new ConfirmingPublisher(() => this.#connections?.publishing)
    this.bus = new RabbitMqBus({
      ...options,
      publisher: new RabbitMqEventPublisher(this.#publisher, publicUrl),
      ready: () => this.#publisher.ready,
      sweepSoon: (milliseconds = SWEPT_AGAIN) => this.#sweep.soon(milliseconds),
    })
    this.commands = new RabbitMqCommandQueue({
      publisher: this.#publisher,
      embedded: new InProcessCommandQueue(logger),
      logger,
    })
    this.#sweep = new Sweep(async () => {
      await this.bus.sweep()
      if (!this.#publisher.ready) this.#sweep.soon(SWEPT_AGAIN)
    }, logger)
  }

  /** Begins to connect, and to work what comes. */
  start(): void {
    const { url, logger } = this.#options
    const publishing = connectRabbitMq(url, 'publish', logger)
    const consuming = connectRabbitMq(url, 'consume', logger)
    this.#connections = { publishing, consuming }
    publishing.on('connection', () => {
      this.bus.connected()
      this.#sweep.soon(Math.random() * SWEPT_WITHIN)
    })
    this.#events = processEvents({ ...this.#options, connection: consuming })
    this.commands.start(consuming)
    this.#sweep.start()
  }

  /** Takes nothing more, lets work under way end, and lets go of the broker. */
  async stop(): Promise<void> {
    this.#sweep.stop()
    if (!this.#connections) return
    const { publishing, consuming } = this.#connections
    await ended(consuming, Promise.all([this.#events?.close(), this.commands.stop()]))
    await this.bus.stop()
    await ended(publishing, this.#publisher.close())
  }
}

async function ended(connection: Connection, closing: Promise<unknown>): Promise<void> {
  try {
    // Both at once: a connection that is not there now ends those who wait for it.
    await answeredWithin(ENDED_WITHIN, Promise.all([closing, connection.close()]))
  } catch {
    connection.unsafeDestroy()
  }
}
