import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { GuardedCache } from '#domain/caching/guarded-cache.ts'
import type { Cache } from '#domain/ports/cache.ts'

const LEFT_ALONE = 5_000
const ANSWER_WITHIN = 50
const MINUTE = 60_000

type Mood = 'works' | 'fails' | 'hangs'

/** A cache that knows one text, or is out of order; and the breaker before it, with the warnings it gave. */
function scene() {
  let mood: Mood = 'works'
  let asked = 0
  const answer = <Value>(value: Value): Promise<Value> => {
    asked++
    if (mood === 'fails') return Promise.reject(new Error('connection refused'))
    return mood === 'hangs' ? Promise.withResolvers<Value>().promise : Promise.resolve(value)
  }
  const inner: Cache = {
    get: () => answer('text'),
    put: () => answer(undefined),
    ping: () => answer(undefined),
    close: () => Promise.resolve(),
  }
  const told: string[] = []
  const tell = (message: string) => void told.push(message)
  const logger = { info: tell, warn: tell, error: tell }
  return {
    cache: new GuardedCache(inner, { clock: () => Date.now(), logger }),
    told,
    become: (next: Mood) => void (mood = next),
    /** How often the cache behind the breaker was asked since this was called last. */
    asked: () => {
      const since = asked
      asked = 0
      return since
    },
  }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('GuardedCache', () => {
  it('gives what the cache gives while it works', async () => {
    const { cache, told } = scene()
    expect(await cache.get('key')).toBe('text')
    await cache.put('key', 'text', MINUTE)
    expect(told).toEqual([])
  })

  it('waits once for a cache that hangs, then goes on without asking it', async () => {
    const { cache, become, asked, told } = scene()
    become('hangs')
    const first = cache.get('key')
    await vi.advanceTimersByTimeAsync(ANSWER_WITHIN)
    expect(await first).toBeUndefined()
    expect(asked()).toBe(1)
    // No time passes here: an answer comes at once, or never.
    for (let count = 0; count < 100; count++) expect(await cache.get('key')).toBeUndefined()
    await cache.put('key', 'text', MINUTE)
    expect(asked()).toBe(0)
    expect(told).toEqual(['the cache does not work; going on without it'])
  })

  it('takes a cache that fails for one that is empty', async () => {
    const { cache, become, asked } = scene()
    become('fails')
    expect(await cache.get('key')).toBeUndefined()
    await cache.put('key', 'text', MINUTE)
    expect(asked()).toBe(1)
  })

  it('lets one caller try after a while, and the others only when that went well', async () => {
    const { cache, become, asked, told } = scene()
    become('fails')
    await cache.get('key')
    become('hangs')
    await vi.advanceTimersByTimeAsync(LEFT_ALONE - 1)
    expect(await cache.get('key')).toBeUndefined()
    expect(asked()).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    const tries = cache.get('key')
    for (let count = 0; count < 10; count++) expect(await cache.get('key')).toBeUndefined()
    expect(asked()).toBe(1)
    await vi.advanceTimersByTimeAsync(ANSWER_WITHIN)
    expect(await tries).toBeUndefined()
    become('works')
    expect(await cache.get('key')).toBeUndefined()
    await vi.advanceTimersByTimeAsync(LEFT_ALONE)
    expect(await cache.get('key')).toBe('text')
    expect(await cache.get('key')).toBe('text')
    expect(told).toEqual(['the cache does not work; going on without it', 'the cache works again'])
  })

  it('does not say twice that a cache is away', async () => {
    const { cache, become, told } = scene()
    become('fails')
    for (let count = 0; count < 5; count++) {
      await cache.get('key')
      await vi.advanceTimersByTimeAsync(LEFT_ALONE)
    }
    expect(told).toHaveLength(1)
  })

  it('lets whoever pings see the cache as it is', async () => {
    const { cache, become } = scene()
    become('fails')
    await expect(cache.ping()).rejects.toThrow('connection refused')
  })
})
