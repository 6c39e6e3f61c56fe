import { AMQPChannelError, ConsumerStatus, type AsyncMessage, type Connection } from 'rabbitmq-client'
import type { Logger } from '#domain/ports/logger.ts'
import { faultText } from './connect.ts'
import { EXCHANGES, queueOf, type WorkQueue } from './topology.ts'

/** Messages that the broker hands out before the first of them is done (seed line 3237). */
const PREFETCH = 100

export interface ReceivedMessage {
  /** As whoever has published it named it; nothing to rely on. */
  readonly id: string | undefined
  readonly body: string
  /** How often it has been delivered, this time included. */
  readonly deliveries: number
}

/** `done` takes it out of the queue, `again` puts it back, `dead` sends it to the dead letters. */
export type Verdict = 'done' | 'again' | 'dead'

const STATUS: Readonly<Record<Verdict, ConsumerStatus>> = {
  done: ConsumerStatus.ACK,
  again: ConsumerStatus.REQUEUE,
  dead: ConsumerStatus.DROP,
}

export interface ConsumeOptions {
  readonly connection: Connection
  readonly queue: WorkQueue
  /** Messages that are handled at the same time. */
  readonly atOnce?: number
  readonly logger: Logger
}

/**
 * Hands each message of a queue to `handle`, which must not reject, for as long as the connection lives and each time that it
 * comes back. Returns how to end: nothing more is taken then, and what is under way is brought to its end.
 */
export function consumeQueue(
  { connection, queue, atOnce = PREFETCH, logger }: ConsumeOptions,
  handle: (message: ReceivedMessage) => Promise<Verdict>,
): { close(): Promise<void> } {
  const consumer = connection.createConsumer(
    {
      queue: queue.name,
      queueOptions: queueOf(queue),
      qos: { prefetchCount: PREFETCH },
      concurrency: atOnce,
      exchanges: [...EXCHANGES],
      queueBindings: [{ queue: queue.name, exchange: queue.exchange, routingKey: queue.routingKey }],
    },
    async (message) => STATUS[await handle(received(message))],
  )
  consumer.on('error', (fault) => {
    // Of messages that a lost connection leaves unanswered. The broker delivers them again, and the loss has been logged.
    if (fault instanceof AMQPChannelError && fault.code === 'CH_CLOSE') return
    logger.warn('a queue of RabbitMQ could not be consumed; it is tried again', {
      queue: queue.name,
      fault: faultText(fault),
    })
  })
  return consumer
}

function received({ messageId, body, headers }: AsyncMessage): ReceivedMessage {
  const before: unknown = headers?.['x-delivery-count']
  const content: unknown = body
  return {
    id: messageId,
    // The client parses bodies of two content types, and leaves the others as bytes.
    body: Buffer.isBuffer(content)
      ? content.toString('utf8')
      : typeof content === 'string'
        ? content
        : JSON.stringify(content),
    deliveries: 1 + (typeof before === 'number' ? before : 0),
  }
}
