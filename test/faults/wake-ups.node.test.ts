import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AsyncMessage, Connection } from 'rabbitmq-client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EVENT_PROCESSING, EXCHANGE } from '#infrastructure/node/rabbitmq/topology.ts'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import type { Broker } from '../../tools/rabbitmq/broker.ts'
import { testBroker } from '../../tools/rabbitmq/test-broker.ts'
import { startProduct } from '../e2e/running-product.ts'
import { observer, ensureTopology } from '../support/rabbitmq.ts'
import { runFault } from './fault-run.ts'
import { startedProducts } from './started-products.ts'

const FAULT = 'wake-ups doubled, late and out of order'
const SHAKEN_AT_LEAST = 20
/** Where only sweeps wake the projector, each tenant has one wake-up in half a minute. */
const SWEPT_AT_LEAST = 2
const GATHERED = 5
const LASTS_AT_MOST = { timeout: 60_000, interval: 50 }
const SWEEPS_LAST_AT_MOST = { timeout: 180_000, interval: 50 }

const { start, keep } = startedProducts()

describe('container', () => {
  const database = testDatabase()
  const openBroker = testBroker()
  let broker: Broker
  let connection: Connection
  beforeEach(async () => {
    broker = await openBroker()
    await broker.start()
    connection = observer(broker.url)
  }, 180_000)
  afterEach(async () => {
    connection?.unsafeDestroy()
    await broker?.remove()
  })

  it('projects the same over a RabbitMQ that delivers events again, the later first', async () => {
    const product = await start('container', { DATABASE_URL: database.url, RABBITMQ_URL: broker.url })
    await ensureTopology(connection)
    const shaker = await shake(connection)
    await runFault({
      fault: FAULT,
      runtime: 'container',
      product,
      databaseUrl: database.url,
      strike: () => shaker.begin(),
      async lasts(run) {
        await run.acknowledged(60)
        await expect.poll(() => shaker.shaken(), LASTS_AT_MOST).toBeGreaterThanOrEqual(SHAKEN_AT_LEAST)
      },
      heal: () => shaker.end(),
      also: () => Promise.resolve(`${shaker.shaken()} events delivered two times more`),
    })
  }, 240_000)
})

describe('edge', () => {
  const database = testDatabase()

  it('projects the same over a queue that delivers wake-ups twice, late and out of order', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'acci-shaken-'))
    const product = keep(await startProduct('test/faults/start-shaken.ts', { DATABASE_URL: database.url }, dataDir))
    const shaken = () =>
      [...product.output().matchAll(/shaken: (\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0)
    await runFault({
      fault: FAULT,
      runtime: 'edge',
      product,
      databaseUrl: database.url,
      strike: () => undefined,
      async lasts(run) {
        await run.acknowledged(60)
        await expect.poll(shaken, SWEEPS_LAST_AT_MOST).toBeGreaterThanOrEqual(SWEPT_AT_LEAST)
      },
      heal: () => undefined,
      also: () => Promise.resolve(`${shaken()} wake-ups delivered twice, and no other way`),
    })
  }, 300_000)
})

/** Takes every event as a subscriber, and puts those it has gathered into the product's own queue twice, the later first. */
async function shake(connection: Connection) {
  const queue = `shaker-${randomUUID()}`
  const publisher = connection.createPublisher({ confirm: true })
  const gathered: AsyncMessage[] = []
  let [begun, count] = [false, 0]
  const putBack = async () => {
    const messages = gathered.splice(0)
    count += messages.length
    for (const { body } of [...messages, ...messages].toReversed())
      await publisher.send({ routingKey: EVENT_PROCESSING.name, durable: true }, body)
  }
  // One after the other, and known here: a consumer that is closed does not wait for all that it has handed out.
  let puttingBack = Promise.resolve()
  const putBackNext = () => {
    puttingBack = puttingBack.then(putBack)
    // Whoever ends the shaking is told.
    puttingBack.catch(() => undefined)
  }
  const consumer = connection.createConsumer(
    {
      queue,
      queueOptions: { exclusive: true },
      // It only looks on: what comes while it is being closed could not be acknowledged any more.
      noAck: true,
      queueBindings: [{ queue, exchange: EXCHANGE.events, routingKey: '#' }],
    },
    (message) => {
      if (begun) gathered.push(message)
      if (gathered.length >= GATHERED) putBackNext()
    },
  )
  await once(consumer, 'ready')
  return {
    begin: () => void (begun = true),
    shaken: () => count,
    async end() {
      await consumer.close()
      begun = false
      putBackNext()
      await puttingBack
      await publisher.close()
    },
  }
}
