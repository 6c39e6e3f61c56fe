import { Redis } from '@upstash/redis/cloudflare'
import { expect } from 'vitest'
import type { Cache } from '#domain/ports/cache.ts'
import type { CacheUnderTest } from '../../contract/cache.contract.ts'

/** What the contract asks of a cache behind Upstash's protocol, seen through Upstash's own client in either runtime. */
export function upstashUnderTest(
  cache: Cache,
  address: { readonly url: string; readonly token: string },
): CacheUnderTest {
  const client = new Redis({ ...address, enableTelemetry: false, readYourWrites: false })
  return {
    cache,
    async remaining(key) {
      const left = await client.pttl(key)
      return left === -2 ? undefined : left === -1 ? Infinity : left
    },
    /** Its time is Redis's own: what is to be gone, is gone some time. */
    async pass() {
      const keysThatEnd = async () => {
        const [, keys] = await client.scan(0, { match: 'acci:test:*', count: 1_000 })
        const left = await Promise.all(keys.map((key) => client.pttl(key)))
        return left.filter((milliseconds) => milliseconds < 1_000).length
      }
      await expect.poll(keysThatEnd).toBe(0)
    },
  }
}
