import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { newId } from '#domain/new-id.ts'
import { createDurableOutbox } from '#infrastructure/workerd/durable-outbox.ts'
import { createDurableTenantWriter } from '#infrastructure/workerd/durable-tenant-writer.ts'
import { SqliteTenantStorage } from '#infrastructure/workerd/sqlite-tenant-storage.ts'
import { createTenantRegister } from '#infrastructure/workerd/tenant-register.ts'
import { EdgeOperations } from '#infrastructure/shared/edge-operations.ts'
import worker from '#worker.ts'
import { writerParts } from '../../src/worker-services.ts'
import { operatorOutboxContract, outboxContract } from '../contract/outbox.contract.ts'
import { bySystem, createTenant, registerUser } from '../support/commands.ts'

const TOKEN = 'what-an-operator-shows-in-this-test'
const URL = 'https://edge.acci.example'
const variables = { ...env, ACCI_OPERATOR_TOKEN: TOKEN }
// The parts are built once an isolate: with the token, for all of these tests.
await writerParts(variables)
const call = (path: string, init?: RequestInit) => worker.fetch(new Request(`${URL}${path}`, init), variables)

const register = createTenantRegister(env.TENANT_REGISTER)
const writer = createDurableTenantWriter(env.TENANT, () => undefined)
const outbox = createDurableOutbox(env.TENANT, register)
const stubOf = (tenantId: string) => env.TENANT.getByName(tenantId)

/** What tests set up, with the objects themselves. */
const under = <Kind>(adapter: Kind) => ({
  outbox: adapter,
  writer,
  fence: async (tenantId: string, fence: Parameters<typeof outbox.release>[1]) => {
    await runInDurableObject(stubOf(tenantId), async (_object, { storage }) => {
      const own = new SqliteTenantStorage(storage)
      const before = await own.readForwarding()
      await own.saveForwarding(before, { forwarded: before.forwarded, fence })
    })
    // It knows what it has read.
    await evictDurableObject(stubOf(tenantId))
  },
})

async function newTenant() {
  const tenantId = newId.tenant()
  await writer.execute(tenantId, createTenant(tenantId), bySystem())
  return tenantId
}

describe('Durable Objects', () => {
  outboxContract(() => under(outbox))

  it('lists the others where one tenant’s object fails, and names that one', async () => {
    const [broken, whole] = [await newTenant(), await newTenant()]
    await expect.poll(() => register.list('', 1_000)).toEqual(expect.arrayContaining([broken, whole]))
    const namespace = {
      getByName: (name: string) => {
        if (name === broken) throw new Error('gone')
        return env.TENANT.getByName(name)
      },
    } as typeof env.TENANT // all that the adapter uses of it
    const { entries, unanswered } = await createDurableOutbox(namespace, register).page('', 1_000)
    expect(unanswered).toEqual([broken])
    expect(entries.map(({ tenantId }) => tenantId)).toContain(whole)
  })
})

describe('the register of tenants', () => {
  it('gets a tenant by its first commit, and by the sweep where it did not answer then', async () => {
    const tenantId = newId.tenant()
    await runInDurableObject(stubOf(tenantId), async (object) => {
      const away = { getByName: () => ({ enlist: () => Promise.reject(new Error('away')) }) }
      Object.defineProperty(object, 'env', { value: { ...env, TENANT_REGISTER: away }, configurable: true })
      await object.execute(createTenant(tenantId), bySystem())
      await object.alarm()
      Object.defineProperty(object, 'env', { value: env })
    })
    expect(await register.list('', 1_000)).not.toContain(tenantId)
    expect(await runDurableObjectAlarm(stubOf(tenantId))).toBe(true)
    expect(await register.list('', 1_000)).toContain(tenantId)
  })

  it('is called by a tenant’s object once', async () => {
    const tenantId = await newTenant()
    const isEnlisted = () =>
      runInDurableObject(stubOf(tenantId), (_object, { storage }) => new SqliteTenantStorage(storage).isEnlisted)
    await expect.poll(isEnlisted).toBe(true)
    await evictDurableObject(stubOf(tenantId))
    await runInDurableObject(stubOf(tenantId), async (object) => {
      const enlist = vi.fn<() => Promise<void>>()
      Object.defineProperty(object, 'env', { value: { ...env, TENANT_REGISTER: { getByName: () => ({ enlist }) } } })
      await object.execute(registerUser(tenantId, 'ada@orchard.example'), bySystem())
      await object.alarm()
      expect(enlist).not.toHaveBeenCalled()
    })
  })

  it('knows nobody who was only asked for', async () => {
    const tenantId = newId.tenant()
    expect(await outbox.tenant(tenantId)).toBeUndefined()
    await runInDurableObject(stubOf(tenantId), (object) => object.alarm())
    expect(await register.list('', 1_000)).not.toContain(tenantId)
  })
})

describe('the Worker’s operator endpoints', () => {
  describe('as the command line uses them', () => {
    beforeAll(() => {
      vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) =>
        Promise.resolve(worker.fetch(new Request(input, init), variables)),
      )
    })
    afterAll(() => void vi.restoreAllMocks())
    const open = () => new EdgeOperations({ url: URL, token: TOKEN })
    outboxContract(() => under(open()))
    operatorOutboxContract(() => under(open()))

    it('give a page of the log, sealed, with the wrapped keys that open it', async () => {
      const tenantId = await newTenant()
      const page = await open().log(tenantId, 0, 100)
      expect(page).toEqual(await writer.log(tenantId, 0, 100))
      expect(JSON.stringify(page)).not.toContain('orchard.example')
      const ids = Object.keys(page.subjectKeys ?? {})
      expect(ids.length).toBeGreaterThan(0)
      expect(await open().subjectKeys(tenantId, [...ids, newId.user()])).toEqual(page.subjectKeys)
    })
  })

  const shown = { Authorization: `Bearer ${TOKEN}` }
  const code = async (response: Response) => {
    const { status } = response
    const { code: given } = await response.json<{ readonly code: string }>()
    return `${status} ${given}`
  }
  const post = (path: string, body: unknown) =>
    call(path, {
      method: 'POST',
      headers: { ...shown, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })

  it.each(['/operator/v1/tenants', `/operator/v1/tenants/${newId.tenant()}/events`, '/operator/anything'])(
    'let nobody in without the token: %s',
    async (path) => {
      for (const authorization of [undefined, '', 'Bearer', `Bearer ${TOKEN}x`, `Basic ${btoa(`operator:${TOKEN}`)}`]) {
        const headers = new Headers(authorization === undefined ? {} : { authorization })
        const response = await call(path, { headers })
        expect(response.headers.get('www-authenticate')).toBe('Bearer')
        expect(response.headers.get('cache-control')).toBe('no-store')
        expect(await code(response)).toBe('401 unauthenticated')
      }
    },
  )

  it('answer with what nobody may keep', async () => {
    const response = await call('/operator/v1/tenants?limit=1', { headers: shown })
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('no-store')
    await response.body?.cancel()
  })

  it.each(['limit=0', 'limit=101', 'limit=1e9', 'limit=x', 'after=ten_x', 'after=1', 'follower=mail', 'unknown=1'])(
    'refuse a page of tenants that is none: %s',
    async (query) => {
      const response = await call(`/operator/v1/tenants?${query}`, { headers: shown })
      expect(await code(response)).toBe('422 validation.failed')
    },
  )

  it.each(['limit=1001', 'limit=99999999999', 'limit=-1', 'after=-1', 'after=1e99', 'after=x'])(
    'refuse a page of events that is none: %s',
    async (query) => {
      const response = await call(`/operator/v1/tenants/${await newTenant()}/events?${query}`, { headers: shown })
      expect(await code(response)).toBe('422 validation.failed')
    },
  )

  it('know no tenant that has no log, and no view of another name', async () => {
    const fence = { reason: 'foreign_event', position: 1 }
    for (const tenantId of [newId.tenant(), 'ten_x', newId.user()]) {
      const path = `/operator/v1/tenants/${tenantId}`
      for (const answer of [
        await call(path, { headers: shown }),
        await call(`${path}/events`, { headers: shown }),
        await call(`${path}/fence-releases`, { headers: shown }),
        await post(`${path}/fence-releases`, { fence, forwarded: 0, reason: 'r', by: 'b' }),
        await post(`${path}/subject-keys`, { subjectIds: [newId.user()] }),
        await call(`${path}/views/user_profile/retry`, { method: 'POST', headers: shown }),
      ])
        expect(await code(answer)).toBe('404 resource.not_found')
    }
    const other = `/operator/v1/tenants/${await newTenant()}/views/no_such_view/retry`
    expect(await code(await call(other, { method: 'POST', headers: shown }))).toBe('404 resource.not_found')
  })

  it('refuse bodies that are none, or ask for too much', async () => {
    const path = `/operator/v1/tenants/${await newTenant()}`
    const release = { fence: { reason: 'foreign_event', position: 1 }, forwarded: 0, reason: 'r', by: 'b' }
    for (const [at, body] of [
      ['subject-keys', { subjectIds: [] }],
      ['subject-keys', { subjectIds: Array.from({ length: 1_001 }, () => newId.user()) }],
      ['subject-keys', { subjectIds: ['x'.repeat(65)] }],
      ['subject-keys', {}],
      ['fence-releases', { ...release, reason: '  ' }],
      ['fence-releases', { ...release, by: '' }],
      ['fence-releases', { ...release, by: 'x'.repeat(201) }],
      ['fence-releases', { ...release, forwarded: -1 }],
      ['fence-releases', { ...release, forwarded: 0.5 }],
      ['fence-releases', { ...release, fence: { reason: 'no reason', position: 1 } }],
      ['fence-releases', { ...release, force: true }],
    ] as const)
      expect(await code(await post(`${path}/${at}`, body)), JSON.stringify(body).slice(0, 80)).toBe(
        '422 validation.failed',
      )
    const unreadable = { method: 'POST', headers: { ...shown, 'Content-Type': 'application/json' }, body: '{' }
    expect(await code(await call(`${path}/subject-keys`, unreadable))).toBe('400 request.unreadable')
    expect(await code(await post(`${path}/fence-releases`, release))).toBe('409 tenant.fence_changed')
  })

  it('say that what they need does not answer', async () => {
    // There is no database in these tests.
    const path = `/operator/v1/tenants/${await newTenant()}/views/user_profile/retry`
    expect(await code(await call(path, { method: 'POST', headers: shown }))).toBe('503 service.unavailable')
  })

  it('write down who has lifted a fence', async () => {
    const lines: unknown[] = []
    const log = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(JSON.parse(line)))
    const tenantId = await newTenant()
    const fence = { reason: 'events_missing', position: 1 } as const
    await under(outbox).fence(tenantId, fence)
    const answer = await post(`/operator/v1/tenants/${tenantId}/fence-releases`, {
      fence,
      forwarded: 0,
      reason: 'a new store',
      by: 'ops',
    })
    log.mockRestore()
    expect(answer.status).toBe(200)
    await answer.body?.cancel()
    expect(lines).toContainEqual(
      expect.objectContaining({
        message: 'an operator has lifted the fence of a tenant',
        tenantId,
        reason: 'a new store',
        by: 'ops',
        fence,
      }),
    )
  })
})
