import { Connection, type SyncMessage } from 'rabbitmq-client'
import { expect, onTestFinished } from 'vitest'
import {
  declareTopology,
  COMMAND_PROCESSING,
  DEAD_LETTER_QUEUE,
  EVENT_PROCESSING,
} from '#infrastructure/node/rabbitmq/topology.ts'
import { keptLines } from './kept-lines.ts'

/** A test's own look at a broker. */
export function observer(url: string): Connection {
  const connection = new Connection({ url, retryLow: 100, retryHigh: 500, acquireTimeout: 60_000 })
  // It follows the broker over its deaths; what is asked of it meanwhile fails by itself.
  connection.on('error', () => undefined)
  return connection
}

/** Declares the topology, if no replica has done so. */
export async function ensureTopology(connection: Connection): Promise<void> {
  const channel = await connection.acquire()
  await declareTopology(channel)
  await channel.close()
}

/** Declares the topology, and leaves nothing in its queues. */
export async function emptyTopology(connection: Connection): Promise<void> {
  await ensureTopology(connection)
  for (const queue of [EVENT_PROCESSING.name, COMMAND_PROCESSING.name, DEAD_LETTER_QUEUE])
    await connection.queuePurge({ queue })
}

/** Messages that wait in a queue and have not been handed out. */
export const waitingIn = async (connection: Connection, queue: string): Promise<number> =>
  (await connection.queueDeclare({ queue, passive: true })).messageCount

/** Takes the next message of a queue, if there is one. */
export const take = (connection: Connection, queue: string): Promise<SyncMessage | undefined> =>
  connection.basicGet({ queue, noAck: true })

/** Takes all messages that lie in a queue now. Returns their ids, in order. */
export async function takenIds(connection: Connection, queue: string): Promise<readonly string[]> {
  const ids: string[] = []
  for (let message = await take(connection, queue); message; message = await take(connection, queue))
    ids.push(String(message.messageId))
  return ids
}

/** A queue of somebody else's that is bound to the exchange `events`; it stays as long as the broker. */
export async function subscribe(
  connection: Connection,
  routingKey: string,
  limits: Readonly<Record<string, unknown>> = {},
) {
  const name = `third-party-${crypto.randomUUID()}`
  const { queue } = await connection.queueDeclare({ queue: name, durable: true, arguments: limits })
  await connection.queueBind({ queue, exchange: 'events', routingKey })
  return queue
}

/** Takes all that comes into a queue, over every death of the broker. Returns when each message first came, by its id. */
export function follow(connection: Connection, queue: string): ReadonlyMap<string, number> {
  const came = new Map<string, number>()
  const consumer = connection.createConsumer({ queue, queueOptions: { durable: true } }, ({ messageId }) => {
    if (messageId !== undefined && !came.has(messageId)) came.set(messageId, performance.now())
  })
  consumer.on('error', () => undefined)
  onTestFinished(() => consumer.close())
  return came
}

/** A logger that keeps its lines. */
export function keptLog() {
  const { lines, logger } = keptLines()
  return {
    lines,
    logger,
    errors: () => lines.filter(({ level }) => level === 'error'),
    /** Resolves once both connections have been made, the first time or once more. */
    async connected(times = 1) {
      const made = () => lines.filter(({ message }) => message === 'connected to RabbitMQ')
      await expect.poll(() => made().length, { timeout: 60_000 }).toBeGreaterThanOrEqual(2 * times)
    },
  }
}
