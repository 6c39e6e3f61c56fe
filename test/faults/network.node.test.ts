import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { FaultProxy } from '../support/fault-proxy.ts'
import { EVENT_STORE_LOGIN, RemoteEventStore } from '../support/remote-event-store.ts'
import { BAD_NETWORK, CUT_WITHIN } from './bad-network.ts'
import { eventStoreDrained } from './event-store-drained.ts'
import { runFault } from './fault-run.ts'
import { startedProducts } from './started-products.ts'

const CUTS = 5

const RUNTIMES = ['container', 'edge'] as const

/** Called once in a `describe`: a database of its own, and for each test a proxy before it. */
function databaseBehindProxy() {
  const database = testDatabase()
  let proxy: FaultProxy
  beforeEach(async () => {
    proxy = await FaultProxy.before(Number(new URL(database.url).port))
  })
  afterEach(() => proxy.close())
  return { database, proxyNow: () => proxy }
}

describe.each(RUNTIMES)('%s, to PostgreSQL', (runtime) => {
  const { database, proxyNow } = databaseBehindProxy()
  const { start } = startedProducts()

  it('works over a network that is slow and cuts connections', async () => {
    const proxy = proxyNow()
    const product = await start(runtime, { DATABASE_URL: proxy.through(database.url) })
    await runFault({
      fault: 'network to PostgreSQL slow, connections cut',
      runtime,
      product,
      databaseUrl: database.url,
      strike: () => void (proxy.conditions = BAD_NETWORK),
      async lasts(run) {
        await run.acknowledged(60)
        await expect.poll(() => proxy.cuts, CUT_WITHIN).toBeGreaterThanOrEqual(CUTS)
      },
      heal: () => void (proxy.conditions = {}),
      also: () => Promise.resolve(`${proxy.cuts} connections cut`),
    })
  }, 180_000)
})

describe.each(RUNTIMES)('%s, to a PostgreSQL that is not heard of', (runtime) => {
  const { database, proxyNow } = databaseBehindProxy()
  const { start } = startedProducts()

  it('keeps nobody waiting for ever, and goes on when the network lets something through again', async () => {
    const proxy = proxyNow()
    const product = await start(runtime, { DATABASE_URL: proxy.through(database.url) })
    await runFault({
      fault: 'network to PostgreSQL silent',
      runtime,
      product,
      databaseUrl: database.url,
      strike: () => proxy.blackHole(),
      lasts: (run) => run.refused(6),
      heal: () => proxy.pass(),
    })
  }, 180_000)
})

describe.each([
  ['container', 'gRPC'],
  ['edge', 'AtomPub'],
] as const)('%s, to the event store', (runtime, protocol) => {
  const database = testDatabase()
  const remote = new RemoteEventStore(protocol)
  let proxy: FaultProxy
  let url: string
  beforeEach(async () => {
    const direct = await remote.comes()
    const port = Number(/:(\d+)/.exec(direct)?.[1])
    proxy = await FaultProxy.before(port)
    url = direct.replace(`:${port}`, `:${proxy.port}`)
  })
  afterEach(async () => {
    await proxy.close()
    await remote.goesAway()
  })
  const { start } = startedProducts()

  it('carries out commands over a network that is slow and cuts connections', async () => {
    const product = await start(runtime, { DATABASE_URL: database.url, EVENTSTORE_URL: url, ...EVENT_STORE_LOGIN })
    await runFault({
      fault: 'network to EventStoreDB (simulated) slow, connections cut',
      runtime,
      product,
      databaseUrl: database.url,
      // The store says little.
      strike: () => void (proxy.conditions = { ...BAD_NETWORK, cutAfter: 500 }),
      async lasts(run) {
        const { refused } = run.watch
        await run.acknowledged(60)
        await expect.poll(() => proxy.cuts, CUT_WITHIN).toBeGreaterThanOrEqual(1)
        expect(run.watch.refused).toBe(refused)
      },
      heal: () => void (proxy.conditions = {}),
      also: async (...ended) => `${proxy.cuts} connections cut; ${await eventStoreDrained(remote)(...ended)}`,
    })
  }, 180_000)
})
