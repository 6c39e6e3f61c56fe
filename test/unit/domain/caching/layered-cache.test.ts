import { describe, expect, it } from 'vitest'
import { LayeredCache } from '#domain/caching/layered-cache.ts'
import { MEMORY_LIFETIME, READ_MODEL_LIFETIME } from '#domain/caching/lifetime.ts'
import { MemoryCache } from '#infrastructure/shared/memory-cache.ts'

/** A near cache before one that outlives it, as a process's memory is before Redis. */
function scene() {
  let now = 0
  const clock = () => now
  const [near, shared] = [new MemoryCache(clock), new MemoryCache(clock)]
  return {
    near,
    shared,
    cache: new LayeredCache(near, shared, MEMORY_LIFETIME),
    at: (milliseconds: number) => void (now = milliseconds),
  }
}

describe('LayeredCache', () => {
  it('puts into both, and asks the shared one only for what is not near', async () => {
    const { cache, near, shared } = scene()
    await cache.put('key', 'text', READ_MODEL_LIFETIME)
    expect(await Promise.all([near.get('key'), shared.get('key')])).toEqual(['text', 'text'])
    await shared.put('key', 'another', READ_MODEL_LIFETIME)
    expect(await cache.get('key')).toBe('text')
  })

  it('keeps near what it got from the shared one', async () => {
    const { cache, near, shared } = scene()
    await shared.put('key', 'text', READ_MODEL_LIFETIME)
    expect(await cache.get('key')).toBe('text')
    expect(await near.get('key')).toBe('text')
    expect(await cache.get('nothing')).toBeUndefined()
  })

  it('keeps near no longer than it may', async () => {
    const { cache, near, shared, at } = scene()
    await shared.put('key', 'text', READ_MODEL_LIFETIME)
    at(MEMORY_LIFETIME - 1)
    expect(await cache.get('key')).toBe('text')
    at(2 * MEMORY_LIFETIME - 1)
    expect(await near.get('key')).toBeUndefined()
  })
})
