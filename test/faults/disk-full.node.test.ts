import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'vitest'
import type { Cluster } from '../../tools/postgres/cluster.ts'
import { provisionCluster } from '../../tools/postgres/provision-cluster.ts'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { runFault } from './fault-run.ts'
import { SmallDisk } from './small-disk.ts'
import { startedProducts } from './started-products.ts'

let disk: SmallDisk
beforeEach(() => {
  disk = new SmallDisk(256)
})
afterEach(() => disk?.remove())

describe('container', () => {
  let cluster: Cluster
  beforeEach(async () => {
    cluster = await provisionCluster({ parent: disk.folder })
  })
  afterEach(() => cluster?.stop())
  const { start } = startedProducts()

  it('refuses cleanly while PostgreSQL has no room, and goes on when there is some again', async () => {
    const product = await start('container', { DATABASE_URL: cluster.url })
    await runFault({
      fault: 'disk of PostgreSQL full',
      runtime: 'container',
      product,
      databaseUrl: cluster.url,
      strike: () => disk.fill(),
      lasts: (run) => run.refused(60),
      async heal() {
        disk.free()
        // A server that could not write its log has ended; whoever looks after it starts it again.
        await cluster.start()
      },
    })
  }, 180_000)
})

describe('edge', () => {
  const database = testDatabase()
  const { start } = startedProducts()

  it('refuses cleanly while its objects have no room, and goes on when there is some again', async () => {
    const product = await start('edge', { DATABASE_URL: database.url }, join(disk.folder, 'data'))
    await runFault({
      fault: 'disk of the Durable Objects full',
      runtime: 'edge',
      product,
      databaseUrl: database.url,
      strike: () => disk.fill(),
      lasts: (run) => run.refused(60),
      heal: () => disk.free(),
    })
  }, 180_000)
})
