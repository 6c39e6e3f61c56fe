import { createClient } from 'redis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { provisionRedis, type RedisServer } from '../../tools/redis/provision.ts'
import { startUpstashStandIn, type UpstashStandIn } from '../../tools/stand-ins/upstash-redis.ts'
import { FaultProxy } from '../support/fault-proxy.ts'
import { BAD_NETWORK, CUT_WITHIN } from './bad-network.ts'
import { runFault } from './fault-run.ts'
import { startedProducts } from './started-products.ts'

/** Bytes after which a connection is cut: little is said on one, over HTTP an answer or two, and after a cut the cache is left alone. */
const CUT_AFTER = { container: 60, edge: 150 } as const
const CUTS = 1
const USED_AGAIN_WITHIN = { timeout: 30_000, interval: 50 }

let redis: RedisServer
let standIn: UpstashStandIn
/** A look into the Redis that does not go through the network of the product. */
let inside: ReturnType<typeof createClient>
beforeEach(async () => {
  redis = await provisionRedis()
  standIn = await startUpstashStandIn({ redisUrl: redis.url, token: 'the-token-of-this-test' })
  inside = createClient({ url: redis.url })
  await inside.connect()
}, 180_000)
afterEach(async () => {
  inside?.destroy()
  await standIn?.stop()
  await redis?.stop()
})

/** How each runtime reaches the Redis: the edge by Upstash's protocol. */
const reachedAt = {
  container: () => redis.url,
  edge: () => standIn.url,
} as const
const settings = {
  container: (url: string) => ({ REDIS_URL: url }),
  edge: (url: string) => ({ UPSTASH_REDIS_REST_URL: url.replace(/\/$/, ''), UPSTASH_REDIS_REST_TOKEN: standIn.token }),
} as const

describe.each(['container', 'edge'] as const)('%s, to Redis', (runtime) => {
  const database = testDatabase()
  let proxy: FaultProxy
  beforeEach(async () => {
    proxy = await FaultProxy.before(Number(new URL(reachedAt[runtime]()).port))
  })
  afterEach(() => proxy?.close())
  const { start } = startedProducts()

  it('refuses nobody over a network that is slow and cuts connections', async () => {
    const url = proxy.through(reachedAt[runtime]())
    const product = await start(runtime, { DATABASE_URL: database.url, ...settings[runtime](url) })
    let usedAgain = ''
    await runFault({
      fault: 'network to Redis slow, connections cut',
      runtime,
      product,
      databaseUrl: database.url,
      strike: () => void (proxy.conditions = { ...BAD_NETWORK, cutAfter: CUT_AFTER[runtime] }),
      async lasts(run) {
        const { refused } = run.watch
        await run.acknowledged(60)
        await expect.poll(() => proxy.cuts, CUT_WITHIN).toBeGreaterThanOrEqual(CUTS)
        expect(run.watch.refused).toBe(refused)
      },
      async heal() {
        const healedAt = performance.now()
        proxy.conditions = {}
        // Under load the edge has hardly anything to keep: its use after a fault is seen in `upstash-cache`.
        if (runtime === 'edge') return
        await inside.flushDb()
        await expect.poll(() => inside.dbSize(), USED_AGAIN_WITHIN).toBeGreaterThan(0)
        usedAgain = `; the cache was used again within ${Math.ceil((performance.now() - healedAt) / 1_000)} s`
      },
      also: () => Promise.resolve(`${proxy.cuts} connections cut${usedAgain}`),
    })
  }, 180_000)
})
