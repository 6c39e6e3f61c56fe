import type { Connection } from 'rabbitmq-client'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Broker } from '../../tools/rabbitmq/broker.ts'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { testBroker } from '../../tools/rabbitmq/test-broker.ts'
import { ensureTopology, follow, observer, subscribe } from '../support/rabbitmq.ts'
import { runFault } from './fault-run.ts'
import { startedProducts } from './started-products.ts'

const openBroker = testBroker()
const database = testDatabase()
const ALL_CAME = { timeout: 60_000, interval: 100 }

let broker: Broker
let connection: Connection
beforeEach(async () => {
  broker = await openBroker()
  await broker.start()
  connection = observer(broker.url)
}, 120_000)
afterEach(async () => {
  connection?.unsafeDestroy()
  await broker?.remove()
})
const { start } = startedProducts()

it('RabbitMQ is killed under a container: commands are carried out all the same, and subscribers miss no event', async () => {
  const product = await start('container', { DATABASE_URL: database.url, RABBITMQ_URL: broker.url })
  await ensureTopology(connection)
  const queue = await subscribe(connection, '#')
  const came = follow(connection, queue)
  await broker.flush()
  let healed = ''
  await runFault({
    fault: 'RabbitMQ is killed (kill -9) and starts again',
    runtime: 'container',
    product,
    databaseUrl: database.url,
    strike: () => broker.kill(),
    async lasts(run) {
      const { refused } = run.watch
      await run.acknowledged(60)
      expect(run.watch.refused).toBe(refused)
    },
    heal() {
      healed = new Date().toISOString()
      return broker.start()
    },
    async also(logs, healedAt) {
      const committed = logs.flatMap(({ log }) => log.envelopes.map(({ eventId }) => eventId))
      await expect.poll(() => committed.filter((eventId) => !came.has(eventId)), ALL_CAME).toEqual([])
      const owed = logs.flatMap(({ log }) => log.envelopes.filter(({ timestamp }) => timestamp < healed))
      const last = Math.max(...owed.map(({ eventId }) => came.get(eventId) ?? Infinity))
      return `a subscriber had all ${committed.length} events, those of before its return within ${Math.ceil((last - healedAt) / 1_000)} s`
    },
  })
}, 180_000)
