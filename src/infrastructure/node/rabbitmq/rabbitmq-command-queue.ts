import type { Connection } from 'rabbitmq-client'
import type { CommandQueue, QueuedOperation } from '#domain/ports/command-queue.ts'
import type { Logger } from '#domain/ports/logger.ts'
import { operationIn } from '../../shared/queue-messages.ts'
import type { InProcessCommandQueue } from '../in-process-command-queue.ts'
import { faultText } from './connect.ts'
import type { ConfirmingPublisher } from './confirming-publisher.ts'
import { consumeQueue, type ReceivedMessage, type Verdict } from './consume-queue.ts'
import { COMMAND_PROCESSING } from './topology.ts'

/** Operations run at the same time. */
const AT_ONCE = 10

export interface RabbitMqCommandQueueOptions {
  readonly publisher: ConfirmingPublisher
  /** Runs what the broker does not take. */
  readonly embedded: InProcessCommandQueue
  readonly logger: Logger
}

/**
 * Operations by way of `command.processing`: any process may run them. An operation that comes to no answer is out of the queue
 * all the same: its tenant's writer sends it again, as often as it may be run. One that waits longer than an hour becomes a
 * dead letter; it has then expired.
 */
export class RabbitMqCommandQueue implements CommandQueue {
  readonly #options: RabbitMqCommandQueueOptions
  #run: ((operation: QueuedOperation) => Promise<void>) | undefined
  #connection: Connection | undefined
  #consumer: { close(): Promise<void> } | undefined

  constructor(options: RabbitMqCommandQueueOptions) {
    this.#options = options
  }

  async enqueue(operation: QueuedOperation): Promise<void> {
    const { publisher, embedded, logger } = this.#options
    const { exchange, routingKey } = COMMAND_PROCESSING
    const { tenantId, operationId } = operation
    try {
      await publisher.publish([
        {
          exchange,
          routingKey,
          id: operationId,
          type: 'operation',
          contentType: 'application/json',
          body: JSON.stringify({ tenantId, operationId }),
        },
      ])
    } catch (fault) {
      logger.warn('an operation is run by this process, without RabbitMQ', { ...operation, fault: faultText(fault) })
      await embedded.enqueue(operation)
    }
  }

  /** Says how operations are run. Those that wait in this process, and those that come, are run from now on. */
  consume(run: (operation: QueuedOperation) => Promise<void>): void {
    this.#run = run
    this.#options.embedded.consume(run)
    this.#begin()
  }

  /** Takes operations from the broker too. */
  start(connection: Connection): void {
    this.#connection = connection
    this.#begin()
  }

  /** Takes no more, and resolves when what is under way is done. */
  async stop(): Promise<void> {
    await Promise.all([this.#consumer?.close(), this.#options.embedded.stop()])
  }

  #begin(): void {
    const { logger } = this.#options
    const run = this.#run
    if (!run || !this.#connection) return
    this.#consumer ??= consumeQueue(
      { connection: this.#connection, queue: COMMAND_PROCESSING, atOnce: AT_ONCE, logger },
      async (message): Promise<Verdict> => {
        const operation = operationOf(message)
        if (!operation) {
          logger.error('a message names no operation: it is put with the dead letters', { messageId: message.id })
          return 'dead'
        }
        try {
          await run(operation)
        } catch (fault) {
          logger.warn('an operation will be tried again', { ...operation, fault: String(fault) })
        }
        return 'done'
      },
    )
  }
}

function operationOf({ body }: ReceivedMessage): QueuedOperation | undefined {
  try {
    return operationIn(JSON.parse(body))
  } catch {
    return undefined
  }
}
