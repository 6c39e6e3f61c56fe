import type { Connection } from 'rabbitmq-client'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { ConfirmingPublisher, type OutgoingMessage } from '#infrastructure/node/rabbitmq/confirming-publisher.ts'
import { consumeQueue } from '#infrastructure/node/rabbitmq/consume-queue.ts'
import { COMMAND_PROCESSING, DEAD_LETTER_QUEUE } from '#infrastructure/node/rabbitmq/topology.ts'
import type { Broker } from '../../../tools/rabbitmq/broker.ts'
import { testBroker } from '../../../tools/rabbitmq/test-broker.ts'
import { emptyTopology, keptLog, observer, take, waitingIn } from '../../support/rabbitmq.ts'

const openBroker = testBroker()

/** The seed's queues and exchanges (lines 3301-3348), and what keeps confirmed messages from being dropped. */
const WORK_QUEUE = {
  'x-queue-type': 'quorum',
  'x-overflow': 'reject-publish',
  'x-dead-letter-exchange': 'dead_letters',
  'x-dead-letter-strategy': 'at-least-once',
  'x-delivery-limit': 20,
}
const QUEUES = {
  'event.processing': { ...WORK_QUEUE, 'x-message-ttl': 86_400_000, 'x-max-length': 100_000 },
  'command.processing': { ...WORK_QUEUE, 'x-message-ttl': 3_600_000, 'x-max-length': 10_000 },
  'dead_letters.parked': { 'x-queue-type': 'quorum' },
}

describe('the topology', () => {
  let broker: Broker
  let connection: Connection
  let publisher: ConfirmingPublisher

  beforeAll(async () => {
    broker = await openBroker()
    await broker.start()
    connection = observer(broker.url)
    publisher = new ConfirmingPublisher(() => connection, 60_000)
  }, 120_000)
  afterAll(async () => {
    connection.unsafeDestroy()
    await broker.remove()
  })
  beforeEach(() => emptyTopology(connection))

  const command = (id: string): OutgoingMessage => ({
    exchange: 'commands',
    routingKey: 'command.processing',
    id,
    type: 'operation',
    contentType: 'application/json',
    body: '{}',
  })

  /** What the broker says when something is declared that is there already. */
  const declared = async (queue: string, given: Readonly<Record<string, unknown>>) => {
    const channel = await connection.acquire({ emitErrorsFromChannel: true })
    channel.on('error', () => undefined)
    try {
      await channel.queueDeclare({ queue, durable: true, arguments: given })
      return 'the same'
    } catch (fault) {
      return String(fault)
    } finally {
      await channel.close()
    }
  }

  it.each(Object.entries(QUEUES))('has %s with its arguments, as the broker sees it', async (queue, expected) => {
    expect(await declared(queue, expected)).toBe('the same')
    for (const name of Object.keys(expected)) {
      const others = Object.fromEntries(Object.entries(expected).filter(([other]) => other !== name))
      expect(await declared(queue, others), `without ${name}`).toMatch(/inequivalent arg/)
    }
  })

  it.each([
    ['events', 'topic', 'fanout'],
    ['commands', 'direct', 'topic'],
    ['dead_letters', 'fanout', 'direct'],
  ])('has a durable exchange %s of the type %s', async (exchange, type, otherType) => {
    await connection.exchangeDeclare({ exchange, type, durable: true, autoDelete: false })
    await expect(connection.exchangeDeclare({ exchange, type: otherType, durable: true })).rejects.toThrow(/type/)
    await expect(connection.exchangeDeclare({ exchange, type, durable: false })).rejects.toThrow(/durable/)
  })

  it('can be declared again and again', async () => {
    await emptyTopology(connection)
    await emptyTopology(connection)
    expect(await declared(DEAD_LETTER_QUEUE, QUEUES['dead_letters.parked'])).toBe('the same')
  })

  it('keeps a message that a consumer gives up in the queue of dead letters, with where it came from', async () => {
    await publisher.publish([command('given-up')])
    const { logger } = keptLog()
    const consumer = consumeQueue({ connection, queue: COMMAND_PROCESSING, logger }, async () => 'dead')
    onTestFinished(() => consumer.close())
    await expect.poll(() => waitingIn(connection, DEAD_LETTER_QUEUE), { timeout: 10_000 }).toBe(1)
    const letter = await take(connection, DEAD_LETTER_QUEUE)
    expect(letter).toMatchObject({ messageId: 'given-up', durable: true })
    expect(letter?.headers?.['x-death']).toMatchObject([{ queue: 'command.processing', reason: 'rejected' }])
  })

  it('refuses what is too much for a queue, and keeps all that it has confirmed', async () => {
    const { maxLength } = COMMAND_PROCESSING
    const confirmed: string[] = []
    const refused: string[] = []
    // Fewer at once near the end: what is on its way when the queue is full may still get in.
    for (let next = 0; refused.length < 50;) {
      const ids = Array.from({ length: next < maxLength - 500 ? 500 : 1 }, () => String(next++))
      await publisher.publish(ids.map((id) => command(id))).then(
        () => void confirmed.push(...ids),
        () => void refused.push(...ids),
      )
    }
    expect(confirmed.length).toBeGreaterThanOrEqual(maxLength)
    const kept = new Set<string | undefined>()
    const { logger } = keptLog()
    const consumer = consumeQueue({ connection, queue: COMMAND_PROCESSING, logger }, async ({ id }) => {
      kept.add(id)
      return 'done'
    })
    onTestFinished(() => consumer.close())
    await expect.poll(() => confirmed.filter((id) => !kept.has(id)), { timeout: 30_000 }).toEqual([])
    expect(await waitingIn(connection, DEAD_LETTER_QUEUE)).toBe(0)
    // There is room again.
    await publisher.publish([command('after')])
  }, 60_000)

  it('confirms nothing that no queue has taken, and declares the queue again', async () => {
    await publisher.publish([command('before')])
    await connection.queueDelete({ queue: COMMAND_PROCESSING.name })
    await expect(publisher.publish([command('nowhere')])).rejects.toThrow('no queue')
    await publisher.publish([command('somewhere')])
    expect(await take(connection, COMMAND_PROCESSING.name)).toMatchObject({ messageId: 'somewhere' })
  })
})
