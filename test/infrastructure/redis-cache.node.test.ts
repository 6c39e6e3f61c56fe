import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { answeredWithin } from '#common/answered-within.ts'
import { GuardedCache } from '#domain/caching/guarded-cache.ts'
import { CacheRefusedFault } from '#domain/ports/cache.ts'
import { RedisCache } from '#infrastructure/node/redis-cache.ts'
import { provisionRedis, type RedisServer } from '../../tools/redis/provision.ts'
import { cacheContract } from '../contract/cache.contract.ts'
import { FaultProxy } from '../support/fault-proxy.ts'
import { lookInto } from '../support/redis-under-test.ts'

const MINUTE = 60_000
/** Milliseconds; where a test kills, no machine may be too slow for what it does before. */
const PATIENT = 10_000

let server: RedisServer
let cache: RedisCache
let look: Awaited<ReturnType<typeof lookInto>>

async function opened(url: string): Promise<RedisCache> {
  const open = await RedisCache.open({ url })
  onTestFinished(() => open.close())
  return open
}

/** A server of the test's own, which it may kill. */
async function ownServer(): Promise<RedisServer> {
  const own = await provisionRedis()
  onTestFinished(() => own.stop())
  return own
}

beforeAll(async () => {
  server = await provisionRedis()
  cache = await RedisCache.open({ url: server.url })
  look = await lookInto(server.url)
})
beforeEach(() => look.clear())
afterAll(async () => {
  await cache.close()
  await look.close()
  await server.stop()
})

cacheContract('Redis', () => look.under(cache))

describe('RedisCache', () => {
  it.each([
    ['a wrong password', (url: URL) => (url.password = 'wrong')],
    ['no password', (url: URL) => (url.password = '')],
    ['a user who is not there', (url: URL) => (url.username = 'nobody')],
    ['a database that is not there', (url: URL) => (url.pathname = '/4711')],
  ])('is refused with %s, and says so', async (_, change) => {
    const url = new URL(server.url)
    change(url)
    await expect(RedisCache.open({ url: url.href })).rejects.toThrow(CacheRefusedFault)
  })

  it('opens without a server, answers with a fault at once, and works when there is one', async () => {
    const own = await ownServer()
    await own.kill()
    const open = await opened(own.url)
    await expect(open.get('key')).rejects.toThrow('Redis')
    await expect(open.put('key', 'text', MINUTE)).rejects.toThrow('Redis')
    await own.start()
    await expect
      .poll(
        () =>
          open.put('key', 'text', MINUTE).then(
            () => 'kept',
            () => 'away',
          ),
        { timeout: 10_000 },
      )
      .toBe('kept')
  })

  it('works again after the server was killed and has come back', async () => {
    const own = await ownServer()
    const open = await opened(own.url)
    await open.put('key', 'text', MINUTE)
    await own.kill()
    await expect(open.get('key')).rejects.toThrow('Redis')
    await own.start()
    await expect
      .poll(
        () =>
          open.get('key').then(
            (text) => text ?? 'nothing',
            () => 'away',
          ),
        { timeout: 10_000 },
      )
      .toBe('nothing')
    await open.put('key', 'text', MINUTE)
    expect(await open.get('key')).toBe('text')
  })

  it('takes a new connection when the server has forgotten the one it has', async () => {
    const proxy = await FaultProxy.before(Number(new URL(server.url).port))
    onTestFinished(() => proxy.close())
    const url = proxy.through(server.url)
    const open = await RedisCache.open({ url, silentAfter: 20 })
    onTestFinished(() => open.close())
    await open.put('key', 'text', MINUTE)
    proxy.halfOpen()
    const unanswered = open.get('key')
    unanswered.catch(() => undefined)
    const soon = () => answeredWithin(100, open.get('key')).catch(() => 'no answer')
    await expect.poll(soon, { timeout: 10_000 }).toBe('text')
    await expect(unanswered).rejects.toThrow('Redis')
  })
})

describe('GuardedCache over Redis', () => {
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

  it('leaves a server alone that was killed under load, and uses it again when it is back', async () => {
    const own = await ownServer()
    let now = 0
    const guarded = new GuardedCache(await opened(own.url), { clock: () => now, logger: quiet, answerWithin: PATIENT })
    await guarded.put('key', 'text', MINUTE)
    const answers = Array.from({ length: 200 }, () => guarded.get('key'))
    await own.kill()
    for (const answer of await Promise.all(answers)) expect(['text', undefined]).toContain(answer)
    expect(await guarded.get('key')).toBeUndefined()
    expect(guarded.isOpen).toBe(true)
    await own.start()
    await expect
      .poll(
        async () => {
          now += 5_000
          await guarded.put('key', 'again', MINUTE)
          return guarded.isOpen
        },
        { timeout: 10_000 },
      )
      .toBe(false)
    expect(await guarded.get('key')).toBe('again')
  })

  it('does not wait for a server that hangs, and uses it again when it goes on', async () => {
    const own = await ownServer()
    onTestFinished(() => own.resume())
    let now = 0
    const open = await opened(own.url)
    const guarded = new GuardedCache(open, { clock: () => now, logger: quiet })
    await open.put('key', 'text', MINUTE)
    own.pause()
    expect(await guarded.get('key')).toBeUndefined()
    expect(guarded.isOpen).toBe(true)
    own.resume()
    const later = () => {
      now += 5_000
      return guarded.get('key')
    }
    await expect.poll(later, { timeout: 10_000 }).toBe('text')
  })
})
