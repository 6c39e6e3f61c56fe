import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { TenantId } from '#common/ids.ts'
import { UnavailableFault } from '#common/unavailable-fault.ts'
import { newId } from '#domain/new-id.ts'
import type { TaskRow } from '#domain/writer/rows.ts'
import { createDurableTenantWriter } from '#infrastructure/workerd/durable-tenant-writer.ts'
import { SqliteTenantStorage } from '#infrastructure/workerd/sqlite-tenant-storage.ts'
import { expectWhole } from '../contract/tenant-writer.contract.ts'
import { bySystem, createTenant, registerUser } from '../support/commands.ts'

const SWEEP_AFTER = 30_000

const writer = createDurableTenantWriter(env.TENANT, () => undefined)
const stubOf = (tenantId: string) => env.TENANT.getByName(tenantId)
const alarmOf = (tenantId: string) => runInDurableObject(stubOf(tenantId), (_object, { storage }) => storage.getAlarm())

const newTenant = async (): Promise<TenantId> => {
  const tenantId = newId.tenant()
  expect(await writer.execute(tenantId, createTenant(tenantId), bySystem())).toMatchObject({ ok: true })
  return tenantId
}

const register = (tenantId: TenantId, name: string, mail?: { to: string; subject: string; text: string }) => {
  const command = registerUser(tenantId, `${name}@orchard.example`)
  if (command.type !== 'user.register') throw new Error('a registration registers')
  return writer.execute(tenantId, { ...command, input: { ...command.input, ...(mail && { mail }) } }, bySystem())
}

/** The log, read by a storage that has seen nothing of its writing; throws unless it is whole and the states are its fold. */
const wholeLog = (tenantId: string) =>
  runInDurableObject(stubOf(tenantId), (_object, { storage }) =>
    expectWhole(new SqliteTenantStorage(storage), tenantId),
  )

interface Due {
  readonly at: number
  readonly task: TaskRow
}

const dueWork = (tenantId: string): Promise<readonly Due[]> =>
  runInDurableObject(stubOf(tenantId), async (_object, { storage }) => {
    const { rows } = await new SqliteTenantStorage(storage).scanRows('due/', 'due0', 100)
    return rows.map(({ ref, value }) => ({
      at: Date.parse(ref.split('/')[1] ?? ''),
      task: value as unknown as TaskRow,
    })) // a due row
  })

describe('a tenant’s object that is evicted', () => {
  it('goes on with the log where it stood, and its states stay the fold of the log', async () => {
    const tenantId = await newTenant()
    for (const name of ['ada', 'grace', 'edsger']) {
      expect(await register(tenantId, name)).toMatchObject({ ok: true })
      await evictDurableObject(stubOf(tenantId))
    }
    const events = await wholeLog(tenantId)
    expect(events).toHaveLength(9)
    expect((await writer.users(tenantId)).users).toHaveLength(4)
  })

  it('loses nothing that it answered when it dies in the middle of its work', async () => {
    const tenantId = await newTenant()
    const answers = Array.from({ length: 40 }, (_, index) =>
      register(tenantId, `user${index}`).then(
        ({ ok }) => (ok ? index : undefined),
        () => undefined,
      ),
    )
    await Promise.race(answers)
    await runInDurableObject(stubOf(tenantId), (_object, state) => state.abort('killed')).catch(() => undefined)
    const acknowledged = (await Promise.all(answers)).filter((index) => index !== undefined)
    const events = await wholeLog(tenantId)
    const registered = events.filter(({ type }) => type === 'user.registered').length - 1
    expect(registered).toBeGreaterThanOrEqual(acknowledged.length)
    for (const index of acknowledged)
      expect(await register(tenantId, `user${index}`)).toMatchObject({ error: { code: 'user.already_exists' } })
    expect(await register(tenantId, 'afterwards')).toMatchObject({ ok: true })
    await wholeLog(tenantId)
  })

  it('is unavailable to whoever waited for it, whereas a fault of its own is a fault', async () => {
    const tenantId = await newTenant()
    const answers = Array.from({ length: 10 }, (_, index) => register(tenantId, `user${index}`))
    const died = runInDurableObject(stubOf(tenantId), (_object, state) => state.abort('killed'))
    const ended = await Promise.allSettled([...answers, died.catch(() => undefined)])
    const reasons = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
    expect(reasons.length).toBeGreaterThan(0)
    for (const reason of reasons) expect(reason).toBeInstanceOf(UnavailableFault)

    const unreadable = { type: 'unheard.of' } as unknown as Parameters<typeof writer.execute>[1] // what no caller can send
    const fault = await writer.execute(tenantId, unreadable, bySystem()).catch((reason: unknown) => reason)
    expect(fault).toBeInstanceOf(Error)
    expect(fault).not.toBeInstanceOf(UnavailableFault)
  })

  it('still has the mail that nobody took, sealed, and tries it again when it falls due', async () => {
    // The mailbox lies in the database, and nothing answers at the database's address.
    const tenantId = await newTenant()
    await register(tenantId, 'ada', { to: 'ada@orchard.example', subject: 'Welcome', text: 'Come in' })
    await expect.poll(() => dueWork(tenantId)).toMatchObject([{ task: { task: 'sendMail', tries: 1 } }])
    await expect.poll(async () => (await dueWork(tenantId))[0]?.at).toBeGreaterThan(Date.now())
    await evictDurableObject(stubOf(tenantId))

    const [kept] = await dueWork(tenantId)
    expect(kept?.task).toMatchObject({ task: 'sendMail', tries: 1 })
    expect(JSON.stringify(kept)).not.toContain('orchard.example')
    expect(await alarmOf(tenantId)).toBeLessThanOrEqual(kept?.at ?? 0)

    await runInDurableObject(stubOf(tenantId), (_object, { storage }) => {
      const [from, to] = [kept?.at ?? 0, Date.now() - 1].map((at) => new Date(at).toISOString())
      storage.sql.exec('update row set ref = replace(ref, ?1, ?2)', from, to)
    })
    expect(await runDurableObjectAlarm(stubOf(tenantId))).toBe(true)
    expect(await dueWork(tenantId)).toMatchObject([{ task: { task: 'sendMail', tries: 2 } }])
    expect(await alarmOf(tenantId)).toBeGreaterThan(Date.now())
  })
})

describe('the alarm of a tenant whose queue takes nothing', () => {
  it('does not throw, comes again, and tells the projector once the queue is back', async () => {
    const tenantId = await newTenant()
    const { head } = await writer.log(tenantId, 0, 1)
    // Whoever was told to project goes with it.
    await evictDurableObject(stubOf(tenantId))
    await runInDurableObject(stubOf(tenantId), async (object, { storage }) => {
      const sent: unknown[] = []
      let broken = true
      const queue = {
        async sendBatch(messages: Iterable<{ body: unknown }>) {
          if (broken) throw new Error('the queue is not there')
          for (const { body } of messages) sent.push(body)
        },
      }
      // The queue is another service: it alone is stood in for, since it cannot be taken away here.
      Object.defineProperty(object, 'env', { value: { ...env, WAKE_UPS: queue } })
      await storage.deleteAlarm()
      await expect(object.alarm()).resolves.toBeUndefined()
      const again = (await storage.getAlarm()) ?? 0
      expect(again).toBeGreaterThan(Date.now())
      expect(again).toBeLessThanOrEqual(Date.now() + SWEEP_AFTER)
      expect(sent).toEqual([])

      broken = false
      await object.alarm()
      expect(sent).toEqual([{ tenantId, toPosition: head.position }])
    })
  })
})
