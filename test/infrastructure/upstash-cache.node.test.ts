import { Redis } from '@upstash/redis/cloudflare'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { GuardedCache } from '#domain/caching/guarded-cache.ts'
import { CacheRefusedFault } from '#domain/ports/cache.ts'
import { UpstashCache } from '#infrastructure/shared/upstash-cache.ts'
import { provisionRedis, type RedisServer } from '../../tools/redis/provision.ts'
import { startUpstashStandIn, type UpstashStandIn } from '../../tools/stand-ins/upstash-redis.ts'
import { cacheContract } from '../contract/cache.contract.ts'
import { upstashUnderTest } from '../support/upstash/upstash-under-test.ts'

const MINUTE = 60_000
const TOKEN = 'the-token-of-this-test'

let redis: RedisServer
let standIn: UpstashStandIn
let cache: UpstashCache

beforeAll(async () => {
  redis = await provisionRedis()
  standIn = await startUpstashStandIn({ redisUrl: redis.url, token: TOKEN })
  cache = new UpstashCache(standIn)
})
afterAll(async () => {
  await standIn.stop()
  await redis.stop()
})

cacheContract('Upstash', () => upstashUnderTest(cache, standIn))

describe('UpstashCache', () => {
  it('is refused with a wrong token, and tells neither it nor what was to be kept', async () => {
    const refused = new UpstashCache({ url: standIn.url, token: 'hunter22' })
    const fault: unknown = await refused.put('key', 'a secret text', MINUTE).catch((caught: unknown) => caught)
    expect(fault).toBeInstanceOf(CacheRefusedFault)
    const { message, stack, cause } = fault as CacheRefusedFault // as just seen
    for (const told of [message, stack, String(cause)]) expect(told).not.toMatch(/hunter22|secret/)
    await expect(refused.ping()).rejects.toThrow(CacheRefusedFault)
  })

  it('answers with a fault when nobody is there', async () => {
    const away = new UpstashCache({ url: 'http://127.0.0.1:1', token: TOKEN })
    await expect(away.get('key')).rejects.toThrow('Upstash Redis')
  })

  it('is left alone while its Redis is away, and used again when it is back', async () => {
    const own = await provisionRedis()
    onTestFinished(() => own.stop())
    const before = await startUpstashStandIn({ redisUrl: own.url, token: TOKEN })
    onTestFinished(() => before.stop())
    const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
    let now = 0
    // Patient: no machine is too slow for it.
    const options = { clock: () => now, logger: quiet, answerWithin: 10_000 }
    const guarded = new GuardedCache(new UpstashCache(before), options)
    await guarded.put('key', 'text', MINUTE)
    expect(await guarded.get('key')).toBe('text')
    await own.kill()
    expect(await guarded.get('key')).toBeUndefined()
    expect(guarded.isOpen).toBe(true)
    await own.start()
    const again = async () => {
      now += 5_000
      await guarded.put('key', 'again', MINUTE)
      return guarded.get('key')
    }
    await expect.poll(again, { timeout: 10_000 }).toBe('again')
  })
})

describe('the stand-in for Upstash', () => {
  it('runs a pipeline as Upstash’s own client sends it, each command with its own outcome', async () => {
    const client = new Redis({
      url: standIn.url,
      token: TOKEN,
      enableTelemetry: false,
      automaticDeserialization: false,
    })
    const answers = await client.pipeline().set('list', 'é').get('list').llen('list').exec({ keepErrors: true })
    expect(answers.map(({ result }) => result)).toEqual(['OK', 'é', undefined])
    expect(answers[2]?.error).toMatch(/^WRONGTYPE/)
  })

  it('serves nobody without its token, and nothing but commands', async () => {
    expect((await fetch(standIn.url, { method: 'POST', body: '["GET","key"]' })).status).toBe(401)
    const headers = { authorization: `Bearer ${TOKEN}` }
    const other = await fetch(`${standIn.url}/multi-exec`, { method: 'POST', headers, body: '[]' })
    expect(other.status).toBe(404)
  })
})
