import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { provisionRedis, type RedisServer } from '../../tools/redis/provision.ts'
import { startUpstashStandIn, type UpstashStandIn } from '../../tools/stand-ins/upstash-redis.ts'
import { Client, signedInTenant, succeeded, text, type SignedInTenant } from './client.ts'
import { ADMIN, startProduct, type RunningProduct } from './running-product.ts'

const SETTINGS = { allowedAuthMethods: ['password'], maxUsers: 1_000, securityPolicy: {} }

describe('the edge before a Redis of Upstash’s', () => {
  let redis: RedisServer
  let standIn: UpstashStandIn
  let product: RunningProduct
  let tenant: SignedInTenant

  const call = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    new Client(product.url).call('GET', path, { token: tenant.token, headers })

  /** What Redis holds of this tenant, and how often it has given something. */
  async function inRedis() {
    const client = createClient({ url: redis.url })
    await client.connect()
    try {
      const hits = Number(/^keyspace_hits:(\d+)/m.exec(await client.info('stats'))?.[1])
      return { keys: (await client.keys(`*${tenant.tenantId}*`)).length, hits }
    } finally {
      await client.close()
    }
  }

  beforeAll(async () => {
    redis = await provisionRedis()
    standIn = await startUpstashStandIn({ redisUrl: redis.url, token: 'the-token-of-this-test' })
    product = await startProduct('tools/start.ts', {
      UPSTASH_REDIS_REST_URL: standIn.url,
      UPSTASH_REDIS_REST_TOKEN: standIn.token,
    })
    const client = new Client(product.url)
    const system = text(succeeded(await client.login(ADMIN.email, ADMIN.password)).body['token'])
    tenant = await signedInTenant(client, system, 'edge-cache', SETTINGS)
  }, 120_000)
  afterAll(async () => {
    await product.kill()
    product.clean()
    await standIn.stop()
    await redis.stop()
  })

  it('keeps what it reads there, and finds it when its own memory is gone', async () => {
    const path = `/api/v1/tenants/${tenant.tenantId}/users?sortBy=email`
    const read = async () => {
      succeeded(await call(path))
      return (await inRedis()).keys
    }
    await expect.poll(read, { timeout: 30_000, interval: 200 }).toBeGreaterThan(0)
    const first = succeeded(await call(path)).body
    const before = (await inRedis()).hits
    await product.kill()
    product = await product.restart()
    expect(succeeded(await call(path)).body).toEqual(first)
    expect((await inRedis()).hits).toBeGreaterThan(before)
  }, 120_000)

  it('goes on, and is right, while Redis is away, and uses it again when it is back', async () => {
    const path = `/api/v1/tenants/${tenant.tenantId}/users/${tenant.adminId}`
    let number = 0
    const write = async () => {
      number++
      const displayName = `Name ${number}`
      const written = succeeded(
        await new Client(product.url).call('PATCH', path, { token: tenant.token, body: { displayName } }),
      )
      const headers = { 'Consistency-Token': text(written.headers.get('consistency-token')) }
      expect(succeeded(await call(path, headers)).body['displayName']).toBe(displayName)
    }
    await write()
    await redis.kill()
    for (let count = 0; count < 10; count++) await write()
    expect(await new Client(product.url).call('GET', '/health/ready')).toMatchObject({
      status: 200,
      body: { status: 'degraded', checks: { cache: 'down' } },
    })
    await redis.start()
    // What has been read meanwhile is in memory: each try reads something else.
    let pageSize = 0
    const usedAgain = async () => {
      pageSize++
      succeeded(await call(`/api/v1/tenants/${tenant.tenantId}/users?pageSize=${pageSize}`))
      return (await inRedis()).keys
    }
    await expect.poll(usedAgain, { timeout: 30_000, interval: 200 }).toBeGreaterThan(0)
  }, 120_000)
})
