import { createClient } from 'redis'
import { expect } from 'vitest'
import type { CacheUnderTest } from '../contract/cache.contract.ts'

/** What the contract asks of a cache that a real Redis stands behind; `close` ends the connection it looks through. */
export async function lookInto(redisUrl: string) {
  const client = createClient({ url: redisUrl })
  await client.connect()
  const remaining = async (key: string) => {
    const left = await client.pTTL(key)
    return left === -2 ? undefined : left === -1 ? Infinity : left
  }
  return {
    under: (cache: CacheUnderTest['cache']): CacheUnderTest => ({
      cache,
      remaining,
      /** Its time is Redis's own: nothing is left of what lived shorter. */
      async pass() {
        await expect.poll(() => client.dbSize()).toBe(0)
      },
    }),
    /** An empty database, so that `pass` waits for nothing but its own test's keys. */
    clear: async () => void (await client.flushDb()),
    close: () => client.close(),
  }
}
