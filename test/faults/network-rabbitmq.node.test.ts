import type { Connection } from 'rabbitmq-client'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import type { Broker } from '../../tools/rabbitmq/broker.ts'
import { testBroker } from '../../tools/rabbitmq/test-broker.ts'
import { FaultProxy } from '../support/fault-proxy.ts'
import { emptyTopology, follow, observer, subscribe } from '../support/rabbitmq.ts'
import { BAD_NETWORK, CUT_WITHIN } from './bad-network.ts'
import { runFault } from './fault-run.ts'
import { startedProducts } from './started-products.ts'
import { subscriberServed } from './subscriber-served.ts'

const CUTS = 4

const openBroker = testBroker()
const database = testDatabase()
let broker: Broker
let connection: Connection
let proxy: FaultProxy
beforeEach(async () => {
  broker = await openBroker()
  await broker.start()
  connection = observer(broker.url)
  proxy = await FaultProxy.before(Number(new URL(broker.url).port))
}, 120_000)
afterEach(async () => {
  connection?.unsafeDestroy()
  await proxy?.close()
  await broker?.remove()
})
const { start } = startedProducts()

it('RabbitMQ is far away and connections are cut: commands are carried out all the same, and subscribers miss no event', async () => {
  await emptyTopology(connection)
  const came = follow(connection, await subscribe(connection, '#'))
  const product = await start('container', { DATABASE_URL: database.url, RABBITMQ_URL: proxy.through(broker.url) })
  await runFault({
    fault: 'network to RabbitMQ slow, connections cut',
    runtime: 'container',
    product,
    databaseUrl: database.url,
    strike: () => void (proxy.conditions = BAD_NETWORK),
    async lasts(run) {
      const { refused } = run.watch
      await run.acknowledged(60)
      await expect.poll(() => proxy.cuts, CUT_WITHIN).toBeGreaterThanOrEqual(CUTS)
      expect(run.watch.refused).toBe(refused)
    },
    heal: () => void (proxy.conditions = {}),
    also: async (...ended) => `${proxy.cuts} connections cut; ${await subscriberServed(came)(...ended)}`,
  })
}, 180_000)
