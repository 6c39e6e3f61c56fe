import { GuardedCache } from '#domain/caching/guarded-cache.ts'
import { LayeredCache } from '#domain/caching/layered-cache.ts'
import { MEMORY_LIFETIME } from '#domain/caching/lifetime.ts'
import type { Cache } from '#domain/ports/cache.ts'
import type { Clock } from '#domain/ports/clock.ts'
import type { Logger } from '#domain/ports/logger.ts'
import type { Configuration } from '../shared/configuration.ts'
import { MemoryCache } from '../shared/memory-cache.ts'
import { UpstashCache } from '../shared/upstash-cache.ts'

type CacheSettings = Pick<Configuration, 'UPSTASH_REDIS_REST_URL' | 'UPSTASH_REDIS_REST_TOKEN'>

/** The memory of this isolate, before the Redis of Upstash's if one is named. Nothing is open, so any request may use it. */
export function openEdgeCache(
  { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token }: CacheSettings,
  clock: Clock,
  logger: Logger,
): { readonly cache: Cache; readonly runsOn: string } {
  const memory = new MemoryCache(clock)
  if (url === undefined || token === undefined) return { cache: memory, runsOn: 'memory' }
  const shared = new GuardedCache(new UpstashCache({ url, token }), { clock, logger })
  return { cache: new LayeredCache(memory, shared, MEMORY_LIFETIME), runsOn: 'memory, then Upstash Redis' }
}
