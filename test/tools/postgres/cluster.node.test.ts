import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Cluster } from '../../../tools/postgres/cluster.ts'
import { provisionCluster } from '../../../tools/postgres/provision-cluster.ts'
import { withClient } from '../../../tools/postgres/provision.ts'

let cluster: Cluster
beforeAll(async () => {
  cluster = await provisionCluster()
})
afterAll(() => cluster?.stop())

const query = (text: string) => withClient(cluster.url, async (client) => (await client.query(text)).rows)

it('keeps over a crash what was committed, and starts again at the same address', async () => {
  await query('create table kept as select 1 as n')
  await cluster.crash()
  await expect(query('select 1')).rejects.toThrow('ECONNREFUSED')
  await cluster.start()
  expect(await query('select n from kept')).toEqual([{ n: 1 }])
  // Again: what runs is left alone.
  await cluster.start()
  await cluster.crash()
  await cluster.start()
  expect(await query('select n from kept')).toEqual([{ n: 1 }])
})
