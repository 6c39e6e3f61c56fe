import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { provisionRedis, type RedisServer } from '../../tools/redis/provision.ts'
import { runFault } from './fault-run.ts'
import { startedProducts } from './started-products.ts'

let redis: RedisServer
beforeEach(async () => {
  redis = await provisionRedis()
}, 180_000)
afterEach(() => redis?.stop())
const { start } = startedProducts()

describe.each([
  ['killed (kill -9) and started again', () => redis.kill(), () => redis.start()],
  ['silent', () => redis.pause(), () => redis.resume()],
] as const)('Redis is %s', (what, strike, heal) => {
  const database = testDatabase()

  it('under a container: its clients notice nothing', async () => {
    const product = await start('container', { DATABASE_URL: database.url, REDIS_URL: redis.url })
    await runFault({
      fault: `Redis ${what}`,
      runtime: 'container',
      product,
      databaseUrl: database.url,
      strike,
      async lasts(run) {
        const { refused } = run.watch
        await run.acknowledged(60)
        expect(run.watch.refused).toBe(refused)
      },
      heal,
    })
  }, 180_000)
})
