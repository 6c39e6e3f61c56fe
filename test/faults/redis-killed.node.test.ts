import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { provisionRedis, type RedisServer } from '../../tools/redis/provision.ts'
import { startUpstashStandIn, type UpstashStandIn } from '../../tools/stand-ins/upstash-redis.ts'
import { runFault } from './fault-run.ts'
import { startedProducts } from './started-products.ts'

const FAULTS = {
  'Redis killed (kill -9) and started again': { strike: () => redis.kill(), heal: () => redis.start() },
  'Redis silent': { strike: () => redis.pause(), heal: () => redis.resume() },
} as const

let redis: RedisServer
let standIn: UpstashStandIn
beforeEach(async () => {
  redis = await provisionRedis()
  standIn = await startUpstashStandIn({ redisUrl: redis.url, token: 'the-token-of-this-test' })
}, 180_000)
afterEach(async () => {
  await redis?.stop()
  await standIn?.stop()
})
const { start } = startedProducts()

/** How each runtime reaches the Redis: the edge by Upstash's protocol. */
const settings = {
  container: () => ({ REDIS_URL: redis.url }),
  edge: () => ({ UPSTASH_REDIS_REST_URL: standIn.url, UPSTASH_REDIS_REST_TOKEN: standIn.token }),
} as const

describe.each([
  ['container', 'Redis killed (kill -9) and started again'],
  ['container', 'Redis silent'],
  ['edge', 'Redis killed (kill -9) and started again'],
  ['edge', 'Redis silent'],
] as const)('%s: %s', (runtime, fault) => {
  const database = testDatabase()

  it('refuses nobody, and shows nothing that has been changed meanwhile', async () => {
    const product = await start(runtime, { DATABASE_URL: database.url, ...settings[runtime]() })
    await runFault({
      fault,
      runtime,
      product,
      databaseUrl: database.url,
      ...FAULTS[fault],
      async lasts(run) {
        const { refused } = run.watch
        await run.acknowledged(60)
        expect(run.watch.refused).toBe(refused)
      },
    })
  }, 180_000)
})
