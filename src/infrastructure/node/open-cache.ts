import { GuardedCache } from '#domain/caching/guarded-cache.ts'
import { LayeredCache } from '#domain/caching/layered-cache.ts'
import { MEMORY_LIFETIME } from '#domain/caching/lifetime.ts'
import type { Cache } from '#domain/ports/cache.ts'
import type { Clock } from '#domain/ports/clock.ts'
import type { Logger } from '#domain/ports/logger.ts'
import type { Configuration } from '../shared/configuration.ts'
import { MemoryCache } from '../shared/memory-cache.ts'
import { RedisCache } from './redis-cache.ts'

export interface OpenCache {
  readonly cache: Cache
  /** Says what it runs on. */
  readonly runsOn: string
}

/**
 * The memory of this process, before the Redis that `REDIS_URL` names if it names one.
 * @throws CacheRefusedFault when that Redis is there and refuses us
 */
export async function openCache(
  { REDIS_URL: url }: Pick<Configuration, 'REDIS_URL'>,
  clock: Clock,
  logger: Logger,
): Promise<OpenCache> {
  const memory = new MemoryCache(clock)
  if (url === undefined) return { cache: memory, runsOn: 'memory' }
  const redis = await RedisCache.open({ url })
  const shared = new GuardedCache(redis, { clock, logger })
  return { cache: new LayeredCache(memory, shared, MEMORY_LIFETIME), runsOn: 'memory, then Redis' }
}
