import { createClient } from 'redis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createApp } from '#api/app.ts'
import { bootstrapPlatform } from '#api/bootstrap-platform.ts'
import type { Logger } from '#domain/ports/logger.ts'
import { CacheRefusedFault } from '#domain/ports/cache.ts'
import { parseConfiguration } from '#infrastructure/shared/configuration.ts'
import { openPipeline, openServices } from '../../src/container.ts'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { provisionRedis, type RedisServer } from '../../tools/redis/provision.ts'
import { Client, signedInTenant, succeeded, text, type SignedInTenant } from './client.ts'
import { ADMIN } from './running-product.ts'

const SETTINGS = { allowedAuthMethods: ['password'], maxUsers: 1_000, securityPolicy: {} }
const quiet: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined }

const database = testDatabase()
let redis: RedisServer
let systemToken: string
const replicas: Awaited<ReturnType<typeof startReplica>>[] = []

/** The same methods; each call is counted. */
function counting<Part extends object>(part: Part, count: () => void): Part {
  const get = (_: object, name: PropertyKey): unknown => {
    const member: unknown = Reflect.get(part, name, part)
    if (typeof member !== 'function') return member
    return (...given: unknown[]): unknown => {
      count()
      return Reflect.apply(member, part, given)
    }
  }
  return new Proxy({}, { get }) as Part // everything asked of it is asked of `part`
}

const configurationWith = (more: Readonly<Record<string, string>>) => {
  const parsed = parseConfiguration({
    ACCI_MASTER_KEY: 'A'.repeat(43),
    DATABASE_URL: database.url,
    ACCI_ADMIN_EMAIL: ADMIN.email,
    ACCI_ADMIN_PASSWORD: ADMIN.password,
    ...more,
  })
  if (!parsed.ok) throw new Error(parsed.faults.join())
  return parsed.configuration
}

/** One process of the container, and how often its requests have asked the read models or the writer for anything. */
async function startReplica() {
  const configuration = configurationWith({ REDIS_URL: redis.url })
  const pipeline = await openPipeline(configuration, quiet)
  await pipeline.migrate()
  const services = await openServices(configuration, pipeline, quiet)
  await bootstrapPlatform(services)
  let asked = 0
  const count = () => void asked++
  const app = createApp({
    servicesOf: async () => ({
      ...services,
      readModels: counting(services.readModels, count),
      writer: counting(services.writer, count),
    }),
    addressOf: () => '192.0.2.1',
  })
  const client = new Client('http://acci.test', async (url, init) => app.request(url, init))
  return {
    client,
    services,
    pipeline,
    /** How often one read asks for anything. */
    async cost(path: string, token: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
      const before = asked
      succeeded(await client.call('GET', path, { token, headers }))
      return asked - before
    },
  }
}

const newTenant = async (name: string): Promise<SignedInTenant> => {
  const [replica] = replicas
  if (!replica) throw new Error('none has been started')
  return signedInTenant(replica.client, systemToken, name, SETTINGS)
}

function both() {
  const [one, other] = replicas
  if (!one || !other) throw new Error('none has been started')
  return [one, other] as const
}

beforeAll(async () => {
  redis = await provisionRedis()
  replicas.push(await startReplica(), await startReplica())
  systemToken = text(succeeded(await both()[0].client.login(ADMIN.email, ADMIN.password)).body['token'])
})
afterAll(async () => {
  for (const { pipeline } of replicas) await pipeline.stop()
  await redis.stop()
})

/** Every operation that reads, whether what it answers may come from a cache, and an example of its path. */
const READS: Readonly<Record<string, { readonly cached: boolean; readonly path: (tenant: SignedInTenant) => string }>> =
  {
    readMe: { cached: true, path: () => '/me' },
    readTenant: { cached: true, path: ({ tenantId }) => `/tenants/${tenantId}` },
    readUser: { cached: true, path: ({ tenantId, adminId }) => `/tenants/${tenantId}/users/${adminId}` },
    listUsers: { cached: true, path: ({ tenantId }) => `/tenants/${tenantId}/users?search=admin&sortBy=email` },
    readEvents: { cached: false, path: ({ tenantId }) => `/tenants/${tenantId}/events` },
    // Of all tenants, whose logs have no common end.
    listTenants: { cached: false, path: () => '/tenants' },
    readOperation: { cached: false, path: () => '/operations' },
  }

describe('what is cached', () => {
  it('is listed here for every operation that reads', async () => {
    const { body } = await both()[0].client.call('GET', '/openapi.json')
    const paths = body['paths'] as Readonly<Record<string, { readonly get?: { readonly operationId: string } }>> // by OpenAPI
    const reads = Object.values(paths).flatMap(({ get }) => get?.operationId ?? [])
    expect(reads.toSorted()).toEqual(Object.keys(READS).toSorted())
  })

  it.each(Object.entries(READS).filter(([, { cached }]) => cached))(
    '%s is, once the read models have followed',
    async (operation, { path }) => {
      const tenant = await newTenant(`cached-${operation.toLowerCase()}`)
      const cost = () => both()[0].cost(`/api/v1${path(tenant)}`, tenant.token)
      await expect.poll(cost, { timeout: 10_000 }).toBe(0)
    },
  )

  it('readEvents is not', async () => {
    const tenant = await newTenant('not-cached')
    for (let count = 0; count < 3; count++)
      expect(await both()[0].cost(`/api/v1/tenants/${tenant.tenantId}/events`, tenant.token)).toBeGreaterThan(0)
  })

  it('listTenants is not', async () => {
    for (let count = 0; count < 3; count++)
      expect(await both()[0].cost('/api/v1/tenants', systemToken)).toBeGreaterThan(0)
  })

  it('readOperation is not', async () => {
    const { client, cost } = both()[0]
    const { tenantId, token } = await newTenant('operation')
    const body = { email: 'later@example.com', role: 'user', inviteDelivery: 'return' }
    const headers = { Prefer: 'respond-async' }
    const accepted = await client.call('POST', `/api/v1/tenants/${tenantId}/users`, { token, body, headers })
    expect(accepted.status).toBe(202)
    const location = text(accepted.headers.get('location'))
    for (let count = 0; count < 3; count++) expect(await cost(location, token)).toBeGreaterThan(0)
  })

  it('is nothing of a tenant that is not the caller’s own', async () => {
    const { tenantId } = await newTenant('foreign')
    for (let count = 0; count < 3; count++)
      expect(await both()[0].cost(`/api/v1/tenants/${tenantId}`, systemToken)).toBeGreaterThan(0)
  })

  it('is found by the other process too', async () => {
    const [one, other] = both()
    const tenant = await newTenant('shared')
    // Each try asks for what neither has asked for yet. A machine that is busy may have opened a breaker for five seconds.
    let pageSize = 0
    const costOfSecond = async () => {
      pageSize++
      const path = `/api/v1/tenants/${tenant.tenantId}/users?sortBy=email&pageSize=${pageSize}`
      await one.cost(path, tenant.token)
      return other.cost(path, tenant.token)
    }
    await expect.poll(costOfSecond, { timeout: 20_000, interval: 250 }).toBe(0)
  })
})

async function inRedis(part: string): Promise<number> {
  const client = createClient({ url: redis.url })
  await client.connect()
  try {
    return (await client.keys(`*${part}*`)).length
  } finally {
    await client.close()
  }
}

describe('a cached read', () => {
  it('shows every write to whoever brings its token, in either process', async () => {
    const { tenantId, token, adminId } = await newTenant('fresh')
    const path = `/api/v1/tenants/${tenantId}/users/${adminId}`
    for (let count = 0; count < 30; count++) {
      const displayName = `Name ${count}`
      const [one, other] = count % 2 === 0 ? both() : both().toReversed()
      if (!one || !other) throw new Error('there are two')
      const written = succeeded(await one.client.call('PATCH', path, { token, body: { displayName } }))
      const headers = { 'Consistency-Token': text(written.headers.get('consistency-token')) }
      for (const { client } of [one, other]) {
        const { body } = succeeded(await client.call('GET', path, { token, headers }))
        expect(body['displayName']).toBe(displayName)
      }
    }
  })

  it('is no door past what the session may do no more', async () => {
    const [one] = both()
    const { tenantId, token, email, password } = await newTenant('ended')
    const second = text(succeeded(await one.client.login(email, password, tenantId)).body['token'])
    const path = `/api/v1/tenants/${tenantId}`
    await expect.poll(() => one.cost(path, second), { timeout: 10_000 }).toBe(0)
    succeeded(await one.client.call('POST', '/api/v1/auth/logout', { token: second }))
    expect(await one.client.call('GET', path, { token: second })).toMatchObject({ status: 401 })
    expect(await one.client.call('GET', path, { token })).toMatchObject({ status: 200 })
  })

  it('goes on, and is right, when Redis is killed under load; and Redis is used again when it is back', async () => {
    const [one] = both()
    const { tenantId, token, adminId } = await newTenant('killed')
    const path = `/api/v1/tenants/${tenantId}/users/${adminId}`
    let written = 0
    const load = new AbortController()
    const faults: string[] = []
    const readers = Array.from({ length: 8 }, async () => {
      while (!load.signal.aborted) {
        const { status, body } = await one.client.call('GET', path, { token })
        const number = Number(/^Name (\d+)$/.exec(text(body['displayName'] ?? 'Name 0'))?.[1])
        if (status !== 200 || !(number <= written)) faults.push(`${status} ${JSON.stringify(body)}`)
      }
    })
    const write = async () => {
      written++
      const displayName = `Name ${written}`
      const answer = succeeded(await one.client.call('PATCH', path, { token, body: { displayName } }))
      const headers = { 'Consistency-Token': text(answer.headers.get('consistency-token')) }
      expect((await one.client.call('GET', path, { token, headers })).body['displayName']).toBe(displayName)
    }
    for (let count = 0; count < 10; count++) await write()
    await redis.kill()
    onTestFinished(() => redis.start())
    expect(await one.client.call('GET', '/health/ready')).toMatchObject({
      status: 200,
      body: { status: 'degraded', checks: { cache: 'down', readModels: 'ok' } },
    })
    for (let count = 0; count < 10; count++) await write()
    await redis.start()
    // The breaker tries it again after five seconds; what it lets through then is there.
    await expect
      .poll(
        async () => {
          await write()
          await both()[0].cost(path, token)
          return inRedis(tenantId)
        },
        { timeout: 20_000, interval: 100 },
      )
      .toBeGreaterThan(0)
    load.abort()
    await Promise.all(readers)
    expect(faults).toEqual([])
  })
})

it('a Redis that refuses the password is told when the product starts', async () => {
  const url = new URL(redis.url)
  url.password = 'wrong'
  const configuration = configurationWith({ REDIS_URL: url.href })
  const pipeline = await openPipeline(configuration, quiet)
  onTestFinished(() => pipeline.stop())
  await expect(openServices(configuration, pipeline, quiet)).rejects.toThrow(CacheRefusedFault)
})
