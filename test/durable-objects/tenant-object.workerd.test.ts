import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import type { TenantId } from '#common/ids.ts'
import { newId } from '#domain/new-id.ts'
import type { TenantWriter } from '#domain/ports/tenant-writer.ts'
import type { Command } from '#domain/writer/command.ts'
import { PROJECT_EVERY } from '#infrastructure/workerd/due-projections.ts'
import { createDurableTenantWriter, type Executed } from '#infrastructure/workerd/durable-tenant-writer.ts'
import { SqliteTenantStorage } from '#infrastructure/workerd/sqlite-tenant-storage.ts'
import type { TenantObject } from '../../durable-objects/tenant-object.ts'
import { bySystem, createTenant, registerUser } from '../support/commands.ts'

const SWEEP_AFTER = 30_000
const HOUR = 3_600_000

const writer: TenantWriter = createDurableTenantWriter(env.TENANT, () => undefined)
const stubOf = (tenantId: string) => env.TENANT.getByName(tenantId)

const newTenant = async (): Promise<TenantId> => {
  const tenantId = newId.tenant()
  expect(await writer.execute(tenantId, createTenant(tenantId), bySystem())).toMatchObject({ ok: true })
  return tenantId
}

const alarmOf = (tenantId: string) => runInDurableObject(stubOf(tenantId), (_object, { storage }) => storage.getAlarm())

/** The log's head; nothing projects in these tests, so the read models lag behind it until somebody confirms. */
const headOf = async (tenantId: string) => (await writer.log(tenantId, 0, 1)).head

const execute = (tenantId: TenantId, command: Command): Promise<unknown> =>
  writer.execute(tenantId, command, bySystem())

const register = (tenantId: TenantId, name: string, userId = newId.user()) =>
  execute(tenantId, registerUser(tenantId, `${name}@orchard.example`, userId))

/** A user deactivated until a date that lies two hours ahead. */
async function deactivateForAWhile(tenantId: TenantId) {
  const userId = newId.user()
  await register(tenantId, `away-${userId.slice(-8)}`, userId)
  const reactivationDate = new Date(Date.now() + 2 * HOUR).toISOString()
  const outcome = await execute(tenantId, {
    type: 'user.deactivate',
    input: { tenantId, userId, reason: 'adminAction', deactivationType: 'temporary', reactivationDate },
  })
  expect(outcome).toMatchObject({ ok: true })
  return { userId, reactivationDate }
}

/** Rewrites a time wherever the object keeps it: as if that much time had gone by. */
const moveInTime = (tenantId: string, from: string, to: string) =>
  runInDurableObject(stubOf(tenantId), (_object, { storage }) => {
    storage.sql.exec('update row set ref = replace(ref, ?1, ?2), value = replace(value, ?1, ?2)', from, to)
  })

describe('the tenant’s object', () => {
  it('answers as its port says', async () => {
    const tenantId = await newTenant()
    const { users, position } = await writer.users(tenantId)
    expect(users).toHaveLength(1)
    const { state } = await writer.tenant(tenantId)
    expect(state).toMatchObject({ status: 'active', name: 'Orchard Ltd' })
    const userId = state.status === 'active' ? state.adminUserId : ''
    expect(await writer.user(tenantId, userId)).toMatchObject({ state: { status: 'invited' }, version: 2, position })
    expect(await writer.principal(tenantId, newId.session())).toMatchObject({
      ok: false,
      error: { code: 'unauthenticated' },
    })
    const { events, head } = await writer.log(tenantId, 1, 10)
    expect(events.map(({ position: at }) => at)).toEqual([2, 3])
    expect(head.position).toBe(position)
    expect(events.every((event) => event.tenantId === tenantId)).toBe(true)
    const wrapped = await writer.subjectKeys(tenantId, [userId, newId.user()])
    expect(Object.keys(wrapped)).toEqual([userId])
    expect(await writer.log(tenantId, 0, 10)).toMatchObject({ subjectKeys: wrapped })
  })

  it('answers refusals as values', async () => {
    const tenantId = await newTenant()
    expect(await writer.execute(tenantId, createTenant(tenantId), bySystem())).toMatchObject({
      ok: false,
      error: { code: 'tenant.already_exists' },
    })
  })

  it('tells nothing of a fault but that there was one', async () => {
    const tenantId = await newTenant()
    const unknown = { type: 'no.such.command', input: { tenantId } } as unknown as Command // what another version may send
    const fault: unknown = await writer.execute(tenantId, unknown, bySystem()).catch((error: unknown) => error)
    expect(fault).toBeInstanceOf(Error)
    const { message, stack } = fault as Error // as just seen
    expect(message).toBe('the tenant writer failed')
    expect(stack).not.toContain('no.such.command')
    expect(await register(tenantId, 'next')).toMatchObject({ ok: true })
  })

  it('loses nothing when it is evicted', async () => {
    const tenantId = await newTenant()
    await register(tenantId, 'ada')
    const before = await headOf(tenantId)
    const alarm = await alarmOf(tenantId)
    await evictDurableObject(stubOf(tenantId))
    expect(await headOf(tenantId)).toEqual({ ...before, revision: 0 })
    expect(await alarmOf(tenantId)).toBe(alarm)
    expect(await register(tenantId, 'ada')).toMatchObject({ ok: false, error: { code: 'user.already_exists' } })
    expect(await register(tenantId, 'grace')).toMatchObject({ ok: true, value: { position: before.position + 2 } })
  })

  it('commits what arrives together together, and answers each command for itself', async () => {
    const tenantId = await newTenant()
    const before = await headOf(tenantId)
    const outcomes = await Promise.all(
      Array.from({ length: 64 }, (_, index) => register(tenantId, `user${index % 48}`)),
    )
    expect(outcomes.slice(0, 48).every((outcome) => (outcome as { ok: boolean }).ok)).toBe(true) // outcomes of commands
    for (const outcome of outcomes.slice(48))
      expect(outcome).toMatchObject({ ok: false, error: { code: 'user.already_exists' } })
    const after = await headOf(tenantId)
    expect(after.position).toBe(before.position + 96)
    expect(after.revision - before.revision).toBeLessThanOrEqual(8)
  })
})

describe('what is to be projected', () => {
  /** Has the object work with a queue that says what it was sent, before its consumer has it. */
  const withQueue = <Result>(
    tenantId: string,
    work: (object: TenantObject, sent: readonly number[]) => Promise<Result>,
  ): Promise<Result> =>
    runInDurableObject(stubOf(tenantId), async (object) => {
      const sent: number[] = []
      const queue = {
        async sendBatch(messages: Iterable<{ body: { toPosition: number } }>) {
          for (const { body } of messages) sent.push(body.toPosition)
        },
      }
      Object.defineProperty(object, 'env', { value: { ...env, WAKE_UPS: queue } })
      return work(object, sent)
    })

  /** The turn that an answer must have brought. */
  const turnOf = ({ projection }: Executed) => {
    if (!projection) throw new Error('the answer brings no projection')
    return projection.turn
  }

  it('goes along with the answer to a command, at once when the tenant has rested', async () => {
    const tenantId = newId.tenant()
    await withQueue(tenantId, async (object, sent) => {
      const founded = await object.execute(createTenant(tenantId), bySystem())
      expect(founded).toMatchObject({
        outcome: { ok: true, value: { position: 3 } },
        projection: { toPosition: 3, after: 0 },
      })
      expect(await object.confirmTurn({ position: 3, turn: turnOf(founded), goesOn: true })).toBeUndefined()
      await scheduler.wait(PROJECT_EVERY)
      const next = await object.execute(registerUser(tenantId, 'ada@orchard.example'), bySystem())
      expect(next.projection).toMatchObject({ toPosition: 5, after: 0 })
      expect(sent).toEqual([])
    })
  })

  it('is for one alone while the tenant is busy, who goes on with what was committed meanwhile', async () => {
    const tenantId = newId.tenant()
    await withQueue(tenantId, async (object, sent) => {
      const turn = turnOf(await object.execute(createTenant(tenantId), bySystem()))
      // One after the other: each is a commit of its own.
      for (let index = 1; index <= 20; index++) {
        const { projection } = await object.execute(registerUser(tenantId, `b${index}@orchard.example`), bySystem())
        expect(projection).toBeUndefined()
      }
      // Whoever else has projected says so, and nothing more comes of it.
      await object.confirmProjected(5)
      const next = await object.confirmTurn({ position: 3, turn, goesOn: true })
      expect(next).toMatchObject({ toPosition: 43 })
      expect(next?.after).toBeLessThanOrEqual(PROJECT_EVERY)
      expect(await object.confirmTurn({ position: 43, turn: next?.turn ?? 0, goesOn: true })).toBeUndefined()
      expect(sent).toEqual([])
    })
  })

  it('comes with one answer of those that are committed together', async () => {
    const tenantId = await newTenant()
    await writer.confirmProjected(tenantId, 3)
    await evictDurableObject(stubOf(tenantId))
    await withQueue(tenantId, async (object) => {
      const answers = await Promise.all(
        Array.from({ length: 16 }, (_, index) =>
          object.execute(registerUser(tenantId, `one${index}@orchard.example`), bySystem()),
        ),
      )
      expect(answers.filter(({ projection }) => projection)).toHaveLength(1)
    })
  })

  it('comes with no refusal where everything is projected', async () => {
    const tenantId = await newTenant()
    await writer.confirmProjected(tenantId, 3)
    await withQueue(tenantId, async (object) => {
      const { outcome, projection } = await object.execute(createTenant(tenantId), bySystem())
      expect(outcome).toMatchObject({ ok: false })
      expect(projection).toBeUndefined()
    })
  })

  it('goes to the next answer when whoever was at it goes on no more, and to the queue if there is none', async () => {
    const tenantId = newId.tenant()
    await withQueue(tenantId, async (object, sent) => {
      const turn = turnOf(await object.execute(createTenant(tenantId), bySystem()))
      await object.execute(registerUser(tenantId, 'ada@orchard.example'), bySystem())
      expect(await object.confirmTurn({ position: 3, turn, goesOn: false })).toBeUndefined()
      await expect.poll(() => sent).toEqual([5])
      const next = await object.execute(registerUser(tenantId, 'eve@orchard.example'), bySystem())
      expect(next.projection).toMatchObject({ toPosition: 7 })
    })
  })

  it('is not forgotten with the object: whoever was at it goes on with what the new one knows', async () => {
    const tenantId = newId.tenant()
    const turn = await withQueue(tenantId, async (object) => {
      const founded = await object.execute(createTenant(tenantId), bySystem())
      await object.execute(registerUser(tenantId, 'ada@orchard.example'), bySystem())
      return turnOf(founded)
    })
    await evictDurableObject(stubOf(tenantId))
    await withQueue(tenantId, async (object) => {
      expect(await object.confirmTurn({ position: 3, turn, goesOn: true })).toMatchObject({ toPosition: 5 })
    })
  })

  it('goes to the queue when it was due work and no command that was committed', async () => {
    const tenantId = await newTenant()
    const { reactivationDate } = await deactivateForAWhile(tenantId)
    await writer.confirmProjected(tenantId, 6)
    await moveInTime(tenantId, reactivationDate, new Date(Date.now() - 1).toISOString())
    await evictDurableObject(stubOf(tenantId))
    await withQueue(tenantId, async (object, sent) => {
      await object.confirmProjected(6)
      await object.alarm()
      const { events } = await object.log(6, 100)
      expect(events.map(({ type }) => type)).toEqual(['user.reactivated'])
      await expect.poll(() => sent).toEqual([7])
    })
  })

  it('is still to be taken by an answer when the queue is down', async () => {
    const tenantId = await newTenant()
    await evictDurableObject(stubOf(tenantId))
    await runInDurableObject(stubOf(tenantId), async (object) => {
      const down = {
        async sendBatch() {
          throw new Error('the queue is down')
        },
      }
      Object.defineProperty(object, 'env', { value: { ...env, WAKE_UPS: down } })
      await object.alarm()
      const { projection } = await object.execute(registerUser(tenantId, 'ada@orchard.example'), bySystem())
      expect(projection).toMatchObject({ toPosition: 5 })
    })
  })

  it('is looked at by the sweep until the projector has confirmed it, unless somebody is getting on with it', async () => {
    const tenantId = await newTenant()
    await evictDurableObject(stubOf(tenantId))
    await withQueue(tenantId, async (object, sent) => {
      await object.alarm()
      expect(sent).toEqual([3])
      const turn = turnOf(await object.execute(registerUser(tenantId, 'ada@orchard.example'), bySystem()))
      await object.execute(registerUser(tenantId, 'eve@orchard.example'), bySystem())
      expect(await object.confirmTurn({ position: 5, turn, goesOn: true })).toMatchObject({ toPosition: 7 })
      await object.alarm()
      expect(sent).toEqual([3])
      // Half a minute later nothing more was heard.
      await object.alarm()
      expect(sent).toEqual([3, 7])
      await object.confirmProjected(7)
      await object.alarm()
      expect(sent).toEqual([3, 7])
    })
  })

  it('is written down as done once a minute, and what was not is asked for once more after an eviction', async () => {
    const tenantId = await newTenant()
    const { position } = await headOf(tenantId)
    const saved = () =>
      runInDurableObject(stubOf(tenantId), (_object, { storage }) => new SqliteTenantStorage(storage).readProjected())
    await writer.confirmProjected(tenantId, position)
    await register(tenantId, 'ada')
    await writer.confirmProjected(tenantId, position + 2)
    expect(await saved()).toBe(position)
    await evictDurableObject(stubOf(tenantId))
    await withQueue(tenantId, async (object, sent) => {
      await object.alarm()
      expect(sent).toEqual([position + 2])
    })
    await writer.confirmProjected(tenantId, position + 2)
    expect(await saved()).toBe(position + 2)
  })
})

describe('a lag of the read models', () => {
  /** The lines that the object logs meanwhile about it. */
  async function told(work: () => Promise<unknown>) {
    const lines: { readonly message: string; readonly tenantId?: string; readonly waitingSince?: string }[] = []
    const log = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(JSON.parse(line)))
    await work().finally(() => log.mockRestore())
    return lines.filter(({ message }) => message.startsWith('read models'))
  }
  const sweep = (tenantId: string) => runInDurableObject(stubOf(tenantId), (object) => object.alarm())
  /** As if the log had been written half a minute ago. */
  const age = (tenantId: string) =>
    runInDurableObject(stubOf(tenantId), (_object, { storage }) => {
      const long = new Date(Date.now() - SWEEP_AFTER).toISOString()
      storage.sql.exec("update event set text = json_set(text, '$.timestamp', ?)", long)
    })

  it('is told once by the sweep, and once when it is over', async () => {
    const tenantId = await newTenant()
    await age(tenantId)
    const [line, ...more] = await told(async () => {
      await sweep(tenantId)
      await sweep(tenantId)
    })
    expect(line).toMatchObject({ level: 'error', message: 'read models lag behind their log', tenantId })
    expect(Date.parse(line?.waitingSince ?? '')).toBeLessThan(Date.now() - 5_000)
    expect(more).toEqual([])
    await evictDurableObject(stubOf(tenantId))
    expect(
      await told(async () => {
        await writer.confirmProjected(tenantId, 3)
        await sweep(tenantId)
      }),
    ).toMatchObject([{ level: 'info', message: 'read models have caught up with their log', tenantId }])
  })

  it('is none where only this object has not heard yet how far the projector came, which it asks soon', async () => {
    const tenantId = await newTenant()
    await age(tenantId)
    await evictDurableObject(stubOf(tenantId))
    expect(await told(() => sweep(tenantId))).toEqual([])
    const alarm = (await alarmOf(tenantId)) ?? 0
    expect(alarm).toBeLessThanOrEqual(Date.now() + 5_000)
    await writer.confirmProjected(tenantId, 3)
    expect(await told(() => sweep(tenantId))).toEqual([])
  })

  it('is none where the read models follow', async () => {
    const tenantId = await newTenant()
    await age(tenantId)
    await writer.confirmProjected(tenantId, 3)
    expect(await told(() => sweep(tenantId))).toEqual([])
  })
})

describe('the writer over the objects', () => {
  it('tells of each command that it sends, and hands on what comes back with it', async () => {
    const tenantId = newId.tenant()
    const executing: Promise<Executed>[] = []
    const told = createDurableTenantWriter(env.TENANT, (of, executed) => {
      expect(of).toBe(tenantId)
      executing.push(executed)
    })
    const outcome = await told.execute(tenantId, createTenant(tenantId), bySystem())
    const [executed] = await Promise.all(executing)
    expect(executed).toMatchObject({ outcome, projection: { toPosition: 3, after: 0 } })
    await register(tenantId, 'ada')
    const end = { position: 3, turn: executed?.projection?.turn ?? 0, goesOn: true }
    expect(await told.confirmTurn(tenantId, end)).toMatchObject({ toPosition: 5 })
  })
})

describe('the tenant’s alarm', () => {
  it('is armed with the commit', async () => {
    const before = Date.now()
    const tenantId = await newTenant()
    const alarm = (await alarmOf(tenantId)) ?? 0
    expect(alarm).toBeGreaterThanOrEqual(before + SWEEP_AFTER)
    expect(alarm).toBeLessThanOrEqual(Date.now() + SWEEP_AFTER)
  })

  it('is armed by nobody who only reads', async () => {
    const tenantId = newId.tenant()
    await writer.tenant(tenantId)
    expect(await alarmOf(tenantId)).toBeNull()
  })

  it('comes again within 30 s while the read models lag, and rests when they have followed', async () => {
    const tenantId = await newTenant()
    expect(await runDurableObjectAlarm(stubOf(tenantId))).toBe(true)
    const again = (await alarmOf(tenantId)) ?? 0
    expect(again).toBeGreaterThan(Date.now())
    expect(again).toBeLessThanOrEqual(Date.now() + SWEEP_AFTER)
    await writer.confirmProjected(tenantId, (await headOf(tenantId)).position)
    expect(await runDurableObjectAlarm(stubOf(tenantId))).toBe(true)
    expect(await alarmOf(tenantId)).toBeNull()
  })

  it('never throws, and comes again after a failure', async () => {
    const tenantId = await newTenant()
    await runInDurableObject(stubOf(tenantId), async (object, { storage }) => {
      storage.sql.exec('alter table row rename to broken')
      await expect(object.alarm()).resolves.toBeUndefined()
      storage.sql.exec('alter table broken rename to row')
    })
    expect(await alarmOf(tenantId)).toBeLessThanOrEqual(Date.now() + SWEEP_AFTER)
    await writer.confirmProjected(tenantId, (await headOf(tenantId)).position)
    expect(await runDurableObjectAlarm(stubOf(tenantId))).toBe(true)
    expect(await alarmOf(tenantId)).toBeNull()
  })

  it('waits for due work that lies far ahead, and still comes soon after the next commit', async () => {
    const tenantId = await newTenant()
    const { reactivationDate } = await deactivateForAWhile(tenantId)
    await writer.confirmProjected(tenantId, (await headOf(tenantId)).position)
    expect(await runDurableObjectAlarm(stubOf(tenantId))).toBe(true)
    expect(await alarmOf(tenantId)).toBe(Date.parse(reactivationDate))
    await register(tenantId, 'next')
    expect(await alarmOf(tenantId)).toBeLessThanOrEqual(Date.now() + SWEEP_AFTER)
  })

  it('is brought forward by work that falls due before it', async () => {
    const tenantId = await newTenant()
    const first = await deactivateForAWhile(tenantId)
    const soon = new Date(Date.now() + 5_000).toISOString()
    await moveInTime(tenantId, first.reactivationDate, soon)
    // Any commit with due work looks at all of it.
    await deactivateForAWhile(tenantId)
    await expect.poll(() => alarmOf(tenantId)).toBe(Date.parse(soon))
  })

  it('does what fell due while the object was not there, and knows its tenant without having been called', async () => {
    const tenantId = await newTenant()
    const { userId, reactivationDate } = await deactivateForAWhile(tenantId)
    expect((await writer.user(tenantId, userId)).state.status).toBe('deactivated')
    await moveInTime(tenantId, reactivationDate, new Date(Date.now() - 1).toISOString())
    await evictDurableObject(stubOf(tenantId))
    expect(await runDurableObjectAlarm(stubOf(tenantId))).toBe(true)
    expect((await writer.user(tenantId, userId)).state.status).toBe('invited')
    const { events } = await writer.log(tenantId, 0, 100)
    expect(events.at(-1)).toMatchObject({ type: 'user.reactivated', tenantId, actorType: 'system' })
  })
})
