import { afterEach, describe, expect, it } from 'vitest'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { EVENT_STORE_LOGIN, RemoteEventStore } from '../support/remote-event-store.ts'
import { eventStoreDrained } from './event-store-drained.ts'
import { runFault } from './fault-run.ts'
import { startedProducts } from './started-products.ts'

describe.each([
  ['container', 'gRPC'],
  ['edge', 'AtomPub'],
] as const)('%s', (runtime, protocol) => {
  const database = testDatabase()
  const remote = new RemoteEventStore(protocol)
  afterEach(() => remote.goesAway())
  const { start } = startedProducts()

  it('carries out commands while the event store is away, and sends them on when it is back', async () => {
    const url = await remote.comes()
    const product = await start(runtime, { DATABASE_URL: database.url, EVENTSTORE_URL: url, ...EVENT_STORE_LOGIN })
    await runFault({
      fault: 'EventStoreDB (simulated) goes away and comes back',
      runtime,
      product,
      databaseUrl: database.url,
      strike: () => remote.goesAway(),
      async lasts(run) {
        const { refused } = run.watch
        await run.acknowledged(60)
        expect(run.watch.refused).toBe(refused)
      },
      heal: () => remote.comes().then(() => undefined),
      also: eventStoreDrained(remote),
    })
  }, 180_000)
})
