import { LONGEST_LIFETIME } from '#domain/caching/lifetime.ts'
import { MemoryCache } from '#infrastructure/shared/memory-cache.ts'
import type { CacheUnderTest } from '../contract/cache.contract.ts'

/** A memory with a clock of its own. */
export function memoryUnderTest(): CacheUnderTest {
  let now = Date.parse('2026-11-24T12:00:00Z')
  const cache = new MemoryCache(() => now)
  return {
    cache,
    async remaining(key) {
      const before = now
      let remaining: number | undefined
      for (now = before; now <= before + 2 * LONGEST_LIFETIME && (await cache.get(key)) !== undefined; now += 1_000)
        remaining = now - before + 1_000
      now = before
      return remaining
    },
    async pass(milliseconds) {
      now += milliseconds
    },
  }
}
