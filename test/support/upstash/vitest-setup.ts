import { randomBytes } from 'node:crypto'
import type { TestProject } from 'vitest/node'
import { findOrInstallRedis, provisionRedis } from '../../../tools/redis/provision.ts'
import { startUpstashStandIn } from '../../../tools/stand-ins/upstash-redis.ts'
import type { UpstashAddress } from './provided-context.ts'

/** Global setup of the vitest project `workerd`, where no server can be started: a Redis behind Upstash's protocol. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const provide = (address: UpstashAddress) => project.provide('upstash', address)
  const reason = findOrInstallRedis()
  if (reason !== undefined) {
    provide({ notRun: reason })
    return undefined
  }
  const redis = await provisionRedis()
  const standIn = await startUpstashStandIn({ redisUrl: redis.url, token: randomBytes(16).toString('hex') })
  provide({ url: standIn.url, token: standIn.token })
  return async () => {
    await standIn.stop()
    await redis.stop()
  }
}
