import { describe, expect, it } from 'vitest'
import { timestampOf } from '#domain/ports/clock.ts'
import { MAX_TRIES } from '#domain/writer/due-work.ts'
import { rowRange } from '#domain/writer/rows.ts'
import { TENANT, userIdOf } from '../../../support/subjects.ts'
import {
  deactivate,
  foundedTenant,
  reactivate,
  registerUser,
  rename,
  WriterUnderTest,
} from '../../../support/writer-under-test.ts'

const HOUR = 3_600_000
const mail = { to: 'user3@example.com', subject: 'Welcome', text: 'the token' }
const dueRows = (writer: WriterUnderTest) =>
  writer.storage.rows.filter(({ ref }) => ref.startsWith(rowRange('due').from))
const inHours = (writer: WriterUnderTest, hours: number) => timestampOf(writer.tools.clock() + hours * HOUR)

describe('a temporary deactivation', () => {
  it('ends at its date, not before, and by the system', async () => {
    const writer = await foundedTenant()
    await writer.given(deactivate(2, inHours(writer, 2)))
    expect(await writer.core.nextDue()).toBe(writer.tools.clock() + 2 * HOUR)
    writer.tools.virtual.advance(2 * HOUR - 1)
    expect(await writer.core.runDue()).toBe(0)
    writer.tools.virtual.advance(1)
    expect(await writer.core.runDue()).toBe(1)
    expect(writer.storage.events.at(-1)).toMatchObject({
      type: 'user.reactivated',
      actorType: 'system',
      data: { trigger: 'reactivationDate', status: 'active' },
    })
    expect(dueRows(writer)).toEqual([])
    expect(await writer.core.nextDue()).toBeUndefined()
  })

  it('that an admin has ended sets nothing off', async () => {
    const writer = await foundedTenant()
    await writer.given(deactivate(2, inHours(writer, 2)), reactivate(2))
    expect(dueRows(writer)).toEqual([])
  })

  it('that was made permanent sets nothing off', async () => {
    const writer = await foundedTenant()
    await writer.given(deactivate(2, inHours(writer, 2)), deactivate(2))
    expect(dueRows(writer)).toEqual([])
  })

  it('ends once, however many alarms ring at the same time', async () => {
    const writer = await foundedTenant()
    await writer.given(deactivate(2, inHours(writer, 2)))
    writer.tools.virtual.advance(3 * HOUR)
    const replica = new WriterUnderTest(writer.storage, writer.tools)
    const counts = await Promise.all([writer, replica, writer, replica].map(({ core }) => core.runDue()))
    expect(counts.reduce((sum, count) => sum + count)).toBe(1)
    expect(writer.types.filter((type) => type === 'user.reactivated')).toHaveLength(1)
  })

  it('may have the same date again, and ends again', async () => {
    const writer = await foundedTenant()
    const date = inHours(writer, 2)
    await writer.given(deactivate(2, date), reactivate(2), deactivate(2, date))
    writer.tools.virtual.advance(2 * HOUR)
    await writer.core.runDue()
    const ids = writer.storage.events.map(({ eventId }) => eventId)
    expect(new Set(ids).size).toBe(ids.length)
    expect((await writer.core.user(userIdOf(2))).state.status).toBe('active')
  })

  it('is over without a word in a tenant that has been deleted meanwhile', async () => {
    const writer = await foundedTenant()
    await writer.given(deactivate(2, inHours(writer, 2)), {
      type: 'tenant.delete',
      input: { tenantId: TENANT, deletionReason: 'inactive', forcedBecause: 'test' },
    })
    const { position } = writer.storage.head
    writer.tools.virtual.advance(2 * HOUR)
    await writer.core.runDue()
    expect(writer.storage.head.position).toBe(position)
    expect(dueRows(writer)).toEqual([])
  })

  it('is tried again when the commit fails', async () => {
    const writer = await foundedTenant()
    await writer.given(deactivate(2, inHours(writer, 2)))
    writer.tools.virtual.advance(2 * HOUR)
    const { commit } = writer.storage
    let commits = 0
    writer.storage.commit = (batch) =>
      ++commits === 2 ? Promise.reject(new Error('disk full')) : commit.call(writer.storage, batch)
    await writer.core.runDue()
    expect(writer.types).not.toContain('user.reactivated')
    expect(await writer.core.nextDue()).toBeGreaterThan(writer.tools.clock())
    writer.tools.virtual.advance(HOUR)
    await writer.core.runDue()
    expect(writer.types.at(-1)).toBe('user.reactivated')
    expect(dueRows(writer)).toEqual([])
  })
})

describe('a mail', () => {
  it('is sent once, after the commit, and is sealed until then', async () => {
    const writer = await foundedTenant()
    await writer.given(registerUser(3, { mail }))
    expect(writer.mailer.sent).toEqual([])
    expect(JSON.stringify(dueRows(writer))).not.toContain('the token')
    await Promise.all([writer.core.runDue(), writer.core.runDue(), writer.core.runDue()])
    expect(writer.mailer.sent).toEqual([mail])
    expect(dueRows(writer)).toEqual([])
    expect(await writer.core.runDue()).toBe(0)
  })

  it('is sent once by many replicas', async () => {
    const writer = await foundedTenant()
    await writer.all([3, 4, 5, 6, 7].map((number) => registerUser(number, { mail })))
    const replicas = [1, 2, 3, 4].map(() => new WriterUnderTest(writer.storage, writer.tools))
    await Promise.all(replicas.flatMap(({ core }) => [core.runDue(), core.runDue()]))
    expect(replicas.flatMap(({ mailer }) => mailer.sent)).toHaveLength(5)
  })

  it('of a refused command is never sent', async () => {
    const writer = await foundedTenant()
    await writer.all([registerUser(3), registerUser(3, { mail })])
    expect(await writer.core.runDue()).toBe(0)
  })

  it('is tried again at growing distances, and dropped after twelve tries', async () => {
    const writer = await foundedTenant()
    writer.mailer.failing = true
    await writer.given(registerUser(3, { mail }))
    const waits: number[] = []
    for (;;) {
      await writer.core.runDue()
      const next = await writer.core.nextDue()
      if (next === undefined) break
      waits.push((next - writer.tools.clock()) / 1_000)
      writer.tools.virtual.advance(next - writer.tools.clock() - 1)
      expect(await writer.core.runDue()).toBe(0)
      writer.tools.virtual.advance(1)
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600, 3_600])
    expect(writer.mailer.tries).toBe(MAX_TRIES)
    expect(writer.mailer.sent).toEqual([])
  })

  it('arrives when the mailer works again', async () => {
    const writer = await foundedTenant()
    writer.mailer.failing = true
    await writer.given(registerUser(3, { mail }))
    await writer.core.runDue()
    writer.mailer.failing = false
    writer.tools.virtual.advance(HOUR)
    await writer.core.runDue()
    expect(writer.mailer.sent).toEqual([mail])
  })

  it('that cannot be sent keeps no other waiting', async () => {
    const writer = await foundedTenant()
    const { send } = writer.mailer
    writer.mailer.send = (one) =>
      one.subject === 'bad' ? Promise.reject(new Error('no')) : send.call(writer.mailer, one)
    await writer.all(
      Array.from({ length: 25 }, (_, index) =>
        registerUser(3 + index, { mail: index % 5 === 0 ? { ...mail, subject: 'bad' } : mail }),
      ),
    )
    expect(await writer.core.runDue()).toBe(25)
    expect(writer.mailer.sent).toHaveLength(20)
    expect(dueRows(writer)).toHaveLength(5)
  })

  it('to a person who has been erased is dropped', async () => {
    const writer = await foundedTenant()
    await writer.given(registerUser(3, { mail }))
    await writer.storage.commit({
      expected: writer.storage.head,
      head: writer.storage.head,
      events: [],
      puts: [],
      deletes: [`subjectKey/${userIdOf(3)}`],
    })
    await writer.core.runDue()
    expect(writer.mailer.tries).toBe(0)
    expect(dueRows(writer)).toEqual([])
  })

  it('is not lost under a wrong master key', async () => {
    const writer = await foundedTenant()
    await writer.given(registerUser(3, { mail }))
    const wrong = new WriterUnderTest(writer.storage, {
      ...writer.tools,
      keyVault: { ...writer.tools.keyVault, unwrap: () => undefined },
    })
    await wrong.core.runDue()
    expect(dueRows(writer)).toHaveLength(1)
    writer.tools.virtual.advance(HOUR)
    await writer.core.runDue()
    expect(writer.mailer.sent).toEqual([mail])
  })

  it('stops no command that arrives while it is being sent', async () => {
    const writer = await foundedTenant()
    await writer.given(registerUser(3, { mail }))
    const { promise, resolve } = Promise.withResolvers<void>()
    writer.mailer.send = () => promise
    const running = writer.core.runDue()
    expect(await writer.do(rename(2, 'Bob'))).toMatchObject({ ok: true })
    resolve()
    expect(await running).toBe(1)
  })
})

describe('due work', () => {
  it('is done in the order it falls due, as much as is asked for', async () => {
    const writer = await foundedTenant()
    for (const [number, hours] of [
      [3, 5],
      [4, 3],
      [5, 4],
    ] as const)
      await writer.given(registerUser(number), deactivate(number, inHours(writer, hours)))
    writer.tools.virtual.advance(6 * HOUR)
    expect(await writer.core.runDue(2)).toBe(2)
    const back = writer.storage.events.flatMap(({ type, aggregate }) =>
      type === 'user.reactivated' ? [aggregate.id] : [],
    )
    expect(back).toEqual([userIdOf(4), userIdOf(5)])
    expect(await writer.core.runDue(2)).toBe(1)
  })
})
