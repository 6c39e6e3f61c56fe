import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, inject, it, vi } from 'vitest'
import type { TenantId } from '#common/ids.ts'
import { tenantStream } from '#domain/event-store/stream-event.ts'
import { newId } from '#domain/new-id.ts'
import { AtomPubEventStore } from '#infrastructure/event-store/atompub-event-store.ts'
import { createDurableOutbox } from '#infrastructure/workerd/durable-outbox.ts'
import { createDurableTenantWriter } from '#infrastructure/workerd/durable-tenant-writer.ts'
import { createTenantRegister } from '#infrastructure/workerd/tenant-register.ts'
import { writerParts } from '../../src/worker-services.ts'
import { bySystem, createTenant, registerUser } from '../support/commands.ts'
import type { SimulatorAddress } from '../support/event-store-simulator/provided-context.ts'

/** The shortest and the longest time to the next try of a store that is away, in milliseconds. */
const SHORTEST_RETRY = 1_000
const LONGEST_RETRY = 30_000

const url: SimulatorAddress = inject('eventStore')
const login = { username: 'admin', password: 'changeit' }
// The parts are built once an isolate: for all objects of these tests, with an event store.
await writerParts({
  ...env,
  EVENTSTORE_URL: url,
  EVENTSTORE_USERNAME: login.username,
  EVENTSTORE_PASSWORD: login.password,
} as typeof env) // the same, with variables that are optional

const store = new AtomPubEventStore({ url, credentials: login })
const writer = createDurableTenantWriter(env.TENANT, () => undefined)
const outbox = createDurableOutbox(env.TENANT, createTenantRegister(env.TENANT_REGISTER))
const stubOf = (tenantId: string) => env.TENANT.getByName(tenantId)
const alarmOf = (tenantId: string) => runInDurableObject(stubOf(tenantId), (_object, { storage }) => storage.getAlarm())
const positionOf = async (tenantId: string) => (await writer.log(tenantId, 0, 1)).head.position

async function newTenant(): Promise<TenantId> {
  const tenantId = newId.tenant()
  expect(await writer.execute(tenantId, createTenant(tenantId), bySystem())).toMatchObject({ ok: true })
  return tenantId
}

/** Ids of the events that the store holds of a tenant's log, in order. */
async function stored(tenantId: string): Promise<readonly string[]> {
  const read = await store.readStream(tenantStream(tenantId), 0, 500)
  return read.kind === 'read' ? read.events.map(({ id }) => id) : []
}

const logged = async (tenantId: string) => (await writer.log(tenantId, 0, 500)).events.map(({ eventId }) => eventId)

afterEach(() => vi.restoreAllMocks())

describe('the tenant’s object before an event store', () => {
  it('sends on what is committed, and has no alarm once nothing waits', async () => {
    const tenantId = await newTenant()
    await expect.poll(() => stored(tenantId)).toEqual(await logged(tenantId))
    await writer.confirmProjected(tenantId, await positionOf(tenantId))
    expect(await runDurableObjectAlarm(stubOf(tenantId))).toBe(true)
    expect(await alarmOf(tenantId)).toBeNull()
  })

  it('tries a store that is away again within 30 s, however long that lasts, and then rests', async () => {
    const tenantId = await newTenant()
    await expect.poll(() => stored(tenantId)).toEqual(await logged(tenantId))
    const away = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('no route'))
    await writer.execute(tenantId, registerUser(tenantId, 'ada@orchard.example'), bySystem())
    await writer.confirmProjected(tenantId, await positionOf(tenantId))
    for (let tries = 1; tries <= 12; tries++) {
      await expect.poll(() => away.mock.calls.length).toBeGreaterThanOrEqual(tries)
      expect(await runDurableObjectAlarm(stubOf(tenantId))).toBe(true)
      await expect.poll(() => alarmOf(tenantId)).not.toBeNull()
      expect(await alarmOf(tenantId)).toBeLessThanOrEqual(Date.now() + LONGEST_RETRY)
    }
    away.mockRestore()
    expect(await runDurableObjectAlarm(stubOf(tenantId))).toBe(true)
    expect(await stored(tenantId)).toEqual(await logged(tenantId))
    expect(await alarmOf(tenantId)).toBeNull()
  })

  it('tries soon again a store that came back and took a part', async () => {
    const tenantId = await newTenant()
    await expect.poll(() => stored(tenantId)).toEqual(await logged(tenantId))
    const { fetch } = globalThis
    const away = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('no route'))
    // Two batches and some.
    for (let count = 1; count <= 110; count++)
      await writer.execute(tenantId, registerUser(tenantId, `user${count}@orchard.example`), bySystem())
    await writer.confirmProjected(tenantId, await positionOf(tenantId))
    const untilLongest = async (): Promise<void> => {
      expect(await runDurableObjectAlarm(stubOf(tenantId))).toBe(true)
      if (((await alarmOf(tenantId)) ?? 0) < Date.now() + LONGEST_RETRY / 2 - 1_000) await untilLongest()
    }
    await untilLongest()
    let taken = 0
    away.mockImplementation((...request) =>
      taken++ === 0 ? fetch(...request) : Promise.reject(new TypeError('no route')),
    )
    expect(await runDurableObjectAlarm(stubOf(tenantId))).toBe(true)
    expect(await alarmOf(tenantId)).toBeLessThanOrEqual(Date.now() + SHORTEST_RETRY)
    away.mockRestore()
    expect(await runDurableObjectAlarm(stubOf(tenantId))).toBe(true)
    expect(await stored(tenantId)).toEqual(await logged(tenantId))
    expect(await alarmOf(tenantId)).toBeNull()
  })

  it('takes commands again once its fence is lifted, and is fenced anew where the store still holds something else', async () => {
    const tenantId = await newTenant()
    await expect.poll(() => stored(tenantId)).toEqual(await logged(tenantId))
    const position = await positionOf(tenantId)
    const foreign = { id: crypto.randomUUID(), type: 'foreign', data: {}, metadata: {} }
    await store.append(tenantStream(tenantId), position - 1, [foreign])
    const register = (name: string) =>
      writer.execute(tenantId, registerUser(tenantId, `${name}@orchard.example`), bySystem())
    await register('ada')
    const fence = { reason: 'foreign_event', position: position + 1 } as const
    const standing = async () => (await outbox.tenant(tenantId))?.fence
    await expect.poll(standing).toEqual(fence)
    expect(await register('eve')).toMatchObject({ ok: false, error: { code: 'tenant.fenced' } })

    const lifted = { forwarded: position, reason: 'a backup was restored', by: 'ops' }
    expect(await outbox.release(tenantId, { ...fence, position }, lifted)).toBe(false)
    expect(await register('eve')).toMatchObject({ ok: false, error: { code: 'tenant.fenced' } })
    const away = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('no route'))
    expect(await outbox.release(tenantId, fence, lifted)).toBe(true)
    // It tries at once to send on what has waited.
    await expect.poll(() => away.mock.calls.length).toBeGreaterThan(0)
    expect(await register('eve')).toMatchObject({ ok: true })
    away.mockRestore()
    expect(await runDurableObjectAlarm(stubOf(tenantId))).toBe(true)
    expect(await standing()).toEqual(fence)
    expect(await outbox.releases(tenantId)).toMatchObject([{ fence, ...lifted }])
  })
})
