import { afterEach, beforeEach, it } from 'vitest'
import { provisionCluster } from '../../tools/postgres/provision-cluster.ts'
import type { Cluster } from '../../tools/postgres/cluster.ts'
import { runFault } from './fault-run.ts'
import { startedProducts } from './started-products.ts'

const FAULT = 'PostgreSQL crashes and starts again'

let cluster: Cluster
beforeEach(async () => {
  cluster = await provisionCluster()
})
afterEach(() => cluster?.stop())
const { start } = startedProducts()

it('PostgreSQL crashes under a container: it says so, and goes on when there is a database again', async () => {
  const product = await start('container', { DATABASE_URL: cluster.url })
  await runFault({
    fault: FAULT,
    runtime: 'container',
    product,
    databaseUrl: cluster.url,
    strike: () => cluster.crash(),
    lasts: (run) => run.refused(60),
    heal: () => cluster.start(),
  })
}, 180_000)

it('PostgreSQL crashes beside the edge: commands are carried out all the same', async () => {
  const product = await start('edge', { DATABASE_URL: cluster.url })
  await runFault({
    fault: FAULT,
    runtime: 'edge',
    product,
    databaseUrl: cluster.url,
    strike: () => cluster.crash(),
    // Commands need no database there; lists do.
    lasts: (run) => Promise.all([run.acknowledged(60), run.refused(5)]).then(() => undefined),
    heal: () => cluster.start(),
  })
}, 180_000)
