import { describe, expect, it } from 'vitest'
import { LONGEST_LIFETIME } from '#domain/caching/lifetime.ts'
import { newId } from '#domain/new-id.ts'
import type { Cache } from '#domain/ports/cache.ts'

export interface CacheUnderTest {
  readonly cache: Cache
  /** Milliseconds for which a key will still be there; undefined when it is not. */
  remaining(key: string): Promise<number | undefined>
  /** Lets so many milliseconds pass, or waits until they have passed. */
  pass(milliseconds: number): Promise<void>
}

const MINUTE = 60_000

/** What every adapter of `Cache` does. Each test has keys of its own. */
export function cacheContract(name: string, open: () => CacheUnderTest): void {
  const newKey = () => `acci:test:${newId.request()}`

  describe(`Cache, ${name}`, () => {
    it('gives back what was put under a key, and nothing under another', async () => {
      const { cache } = open()
      const [key, other] = [newKey(), newKey()]
      await cache.put(key, 'text', MINUTE)
      expect(await cache.get(key)).toBe('text')
      expect(await cache.get(other)).toBeUndefined()
    })

    it('keeps the last of what was put under a key', async () => {
      const { cache } = open()
      const key = newKey()
      await cache.put(key, 'first', MINUTE)
      await cache.put(key, 'second', MINUTE)
      expect(await cache.get(key)).toBe('second')
    })

    it.each([
      ['an empty text', ''],
      ['what looks like a number', '1e3'],
      ['what looks like JSON', '{"a":[1,null,"b"]}'],
      ['what looks like an answer of the protocol', 'OK'],
      ['what looks like base64', 'dGV4dA=='],
      ['other scripts, line ends and a NUL', 'Ünïcode ✓ \u{1F600}\r\n"\\\u0000'],
      ['a long text', 'é'.repeat(100_000)],
    ])('gives back %s as it was', async (_, text) => {
      const { cache } = open()
      const key = newKey()
      await cache.put(key, text, MINUTE)
      expect(await cache.get(key)).toBe(text)
    })

    it('forgets when the time is over', async () => {
      const { cache, pass } = open()
      const key = newKey()
      await cache.put(key, 'text', 20)
      await pass(20)
      expect(await cache.get(key)).toBeUndefined()
    })

    it('keeps nothing for longer than an hour, whatever is asked for', async () => {
      const { cache, remaining } = open()
      for (const lifetime of [LONGEST_LIFETIME + 1, 24 * 60 * MINUTE, Infinity]) {
        const key = newKey()
        await cache.put(key, 'text', lifetime)
        const left = await remaining(key)
        expect(left).toBeGreaterThan(0)
        expect(left).toBeLessThanOrEqual(LONGEST_LIFETIME)
      }
    })

    it('takes many at once, each under its own key', async () => {
      const { cache } = open()
      const keys = Array.from({ length: 30 }, newKey)
      await Promise.all(keys.map((key, index) => cache.put(key, `text ${index}`, MINUTE)))
      const found = await Promise.all(keys.map((key) => cache.get(key)))
      expect(found).toEqual(keys.map((_, index) => `text ${index}`))
    })

    it('answers a ping', async () => {
      await expect(open().cache.ping()).resolves.toBeUndefined()
    })
  })
}
