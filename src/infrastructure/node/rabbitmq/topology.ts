import type { Channel, MethodParams, Cmd } from 'rabbitmq-client'

const HOUR = 3_600_000

export const EXCHANGE = { events: 'events', commands: 'commands', deadLetters: 'dead_letters' } as const

const DURABLE = { durable: true, autoDelete: false } as const
export const EXCHANGES = [
  { exchange: EXCHANGE.deadLetters, type: 'fanout', ...DURABLE },
  { exchange: EXCHANGE.events, type: 'topic', ...DURABLE },
  { exchange: EXCHANGE.commands, type: 'direct', ...DURABLE },
] as const

/** Where dead letters stay until somebody looks at them: without a time limit, and however many they are. */
export const DEAD_LETTER_QUEUE = 'dead_letters.parked'

/** A queue that work is taken from. */
export interface WorkQueue {
  readonly name: string
  readonly exchange: string
  readonly routingKey: string
  /** Milliseconds that a message may wait. */
  readonly ttl: number
  /** Messages that may wait; more are refused, and whoever publishes them knows. */
  readonly maxLength: number
}

export const EVENT_PROCESSING: WorkQueue = {
  name: 'event.processing',
  exchange: EXCHANGE.events,
  routingKey: '#',
  ttl: 24 * HOUR,
  maxLength: 100_000,
}

export const COMMAND_PROCESSING: WorkQueue = {
  name: 'command.processing',
  exchange: EXCHANGE.commands,
  routingKey: 'command.processing',
  ttl: HOUR,
  maxLength: 10_000,
}

/** Deliveries after which the broker itself gives a message up: one that ends its consumer each time never gets an answer. */
const DELIVERY_LIMIT = 20

/**
 * How a queue is declared. Replicated where the broker is a cluster (`quorum`), which also counts deliveries. A full one
 * refuses what is published (`reject-publish`): the seed's max-length alone would drop its oldest messages, confirmed ones. What
 * becomes a dead letter leaves the queue only when the other one has it (`at-least-once`).
 */
export const queueOf = ({ name, ttl, maxLength }: WorkQueue): MethodParams[Cmd.QueueDeclare] => ({
  queue: name,
  durable: true,
  arguments: {
    'x-queue-type': 'quorum',
    'x-message-ttl': ttl,
    'x-max-length': maxLength,
    'x-overflow': 'reject-publish',
    'x-dead-letter-exchange': EXCHANGE.deadLetters,
    'x-dead-letter-strategy': 'at-least-once',
    'x-delivery-limit': DELIVERY_LIMIT,
  },
})

/**
 * Declares exchanges, queues and bindings. What is there already stays as it is.
 * @throws AMQPChannelError PRECONDITION_FAILED when one is there with other properties
 */
export async function declareTopology(channel: Channel): Promise<void> {
  for (const exchange of EXCHANGES) await channel.exchangeDeclare(exchange)
  await channel.queueDeclare({
    queue: DEAD_LETTER_QUEUE,
    durable: true,
    arguments: { 'x-queue-type': 'quorum' },
  })
  await channel.queueBind({ queue: DEAD_LETTER_QUEUE, exchange: EXCHANGE.deadLetters, routingKey: '' })
  for (const queue of [EVENT_PROCESSING, COMMAND_PROCESSING]) {
    await channel.queueDeclare(queueOf(queue))
    await channel.queueBind({ queue: queue.name, exchange: queue.exchange, routingKey: queue.routingKey })
  }
}
