import { describe, expect, it } from 'vitest'
import { MEMORY_LIFETIME, READ_MODEL_LIFETIME } from '#domain/caching/lifetime.ts'
import { MemoryCache } from '#infrastructure/shared/memory-cache.ts'
import { cacheContract } from '../../contract/cache.contract.ts'
import { memoryUnderTest } from '../../support/memory-cache-under-test.ts'

cacheContract('memory', memoryUnderTest)

const MINUTE = 60_000

describe('MemoryCache', () => {
  it('forgets after five minutes, whatever it is asked for', async () => {
    let now = 0
    const cache = new MemoryCache(() => now)
    await cache.put('key', 'text', READ_MODEL_LIFETIME)
    now = MEMORY_LIFETIME - 1
    expect(await cache.get('key')).toBe('text')
    now = MEMORY_LIFETIME
    expect(await cache.get('key')).toBeUndefined()
  })

  it('lets go of what was used least recently when there are too many', async () => {
    const cache = new MemoryCache(() => 0, { entries: 3, bytes: 1_000_000 })
    for (const key of ['a', 'b', 'c']) await cache.put(key, key, MINUTE)
    await cache.get('a')
    await cache.put('d', 'd', MINUTE)
    const found = await Promise.all(['a', 'b', 'c', 'd'].map((key) => cache.get(key)))
    expect(found).toEqual(['a', undefined, 'c', 'd'])
  })

  it('lets go of as many as take more bytes than there are', async () => {
    const cache = new MemoryCache(() => 0, { entries: 1_000, bytes: 50_000 })
    for (let index = 0; index < 20; index++) await cache.put(`key${index}`, 'x'.repeat(2_000), MINUTE)
    const found = await Promise.all(Array.from({ length: 20 }, (_, index) => cache.get(`key${index}`)))
    const kept = found.flatMap((text, index) => (text === undefined ? [] : [index]))
    expect(kept.length).toBeGreaterThan(5)
    expect(kept.length * 4_000).toBeLessThanOrEqual(50_000)
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => 20 - kept.length + index))
  })

  it('counts the bytes of what was replaced, forgotten or too old no more', async () => {
    let now = 0
    const cache = new MemoryCache(() => now, { entries: 1_000, bytes: 50_000 })
    for (let index = 0; index < 1_000; index++) await cache.put('same', 'x'.repeat(2_000), MINUTE)
    await cache.put('old', 'x'.repeat(2_000), MINUTE)
    now = 2 * MINUTE
    expect(await cache.get('old')).toBeUndefined()
    expect(await cache.get('same')).toBeUndefined()
    for (let index = 0; index < 10; index++) await cache.put(`key${index}`, 'x'.repeat(2_000), MINUTE)
    const found = await Promise.all(Array.from({ length: 10 }, (_, index) => cache.get(`key${index}`)))
    expect(found.every((text) => text !== undefined)).toBe(true)
  })

  it('does not keep one text that would take the room of many, nor what it replaces', async () => {
    const cache = new MemoryCache(() => 0, { entries: 1_000, bytes: 50_000 })
    await cache.put('big', 'small', MINUTE)
    await cache.put('other', 'other', MINUTE)
    await cache.put('big', 'x'.repeat(20_000), MINUTE)
    expect(await cache.get('big')).toBeUndefined()
    expect(await cache.get('other')).toBe('other')
  })
})
