import { describe, expect, it } from 'vitest'
import type { Outcome } from '#common/outcome.ts'
import type { Receipt } from '#domain/writer/command.ts'
import { sessionIdOf, TENANT, tenantIdOf, userIdOf } from '../../../support/subjects.ts'
import {
  changeRole,
  deactivate,
  foundedTenant,
  logout,
  reactivate,
  registerUser,
  rename,
  renameTenant,
  WriterUnderTest,
} from '../../../support/writer-under-test.ts'

const codes = (outcomes: readonly Outcome<Receipt>[]) =>
  outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.error.code))
const replay = { recordId: 'record', fingerprint: 'print', sealedReply: 'sealed' }
const DAY = 86_400_000

describe('an idempotency key', () => {
  it('does a thing once, for a thousand callers in one batch and in many', async () => {
    const writer = await foundedTenant()
    const before = writer.storage.head.position
    const together = [...(await writer.all(Array(1_000).fill(registerUser(3)), { replay }))]
    for (let index = 0; index < 20; index++) together.push(await writer.do(registerUser(3), { replay }))
    expect(writer.storage.head.position).toBe(before + 2)
    const receipts = together.map((outcome) => outcome.ok && outcome.value)
    const [first, ...others] = receipts
    expect(first).toMatchObject({ position: before + 2, aggregate: { type: 'user', id: userIdOf(3), version: 2 } })
    expect(first).not.toHaveProperty('replayed')
    for (const other of others) expect(other).toEqual({ ...first, replayed: true, sealedReply: 'sealed' })
  })

  it('gives back what the first caller sealed', async () => {
    const writer = await foundedTenant()
    await writer.do(rename(2, 'Bob'), { replay })
    const again = await writer.do(rename(2, 'Bob'), { replay: { ...replay, sealedReply: 'another' } })
    expect(again).toMatchObject({ ok: true, value: { replayed: true, sealedReply: 'sealed' } })
  })

  it('answers the same after the state has moved on', async () => {
    const writer = await foundedTenant()
    const first = await writer.do(rename(2, 'Bob'), { replay })
    await writer.given(rename(2, 'Robert'), deactivate(2))
    const again = await writer.do(rename(2, 'Bob'), { replay })
    expect(again).toEqual({ ok: true, value: { ...(first.ok && first.value), replayed: true, sealedReply: 'sealed' } })
  })

  it('is refused with another request, in the same batch and later', async () => {
    const writer = await foundedTenant()
    const outcomes = await Promise.all([
      writer.do(rename(2, 'Bob'), { replay }),
      writer.do(rename(2, 'Robert'), { replay: { ...replay, fingerprint: 'other' } }),
    ])
    expect(codes(outcomes)).toEqual(['ok', 'idempotency.key_reused'])
    expect(codes([await writer.do(rename(2, 'Robert'), { replay: { ...replay, fingerprint: 'other' } })])).toEqual([
      'idempotency.key_reused',
    ])
  })

  it('is free again after a refusal, and remembers what changed nothing', async () => {
    const writer = await foundedTenant()
    expect(codes([await writer.do(rename(3, 'Carol'), { replay })])).toEqual(['resource.not_found'])
    await writer.given(registerUser(3))
    expect(codes([await writer.do(rename(3, 'Carol'), { replay })])).toEqual(['ok'])
    const same = { replay: { ...replay, recordId: 'same' } }
    const position = writer.storage.head.position
    await writer.do(rename(3, 'Carol'), same)
    await writer.given(rename(3, 'Caroline'))
    expect(await writer.do(rename(3, 'Carol'), same)).toMatchObject({ ok: true, value: { position, replayed: true } })
  })

  it('is kept for 48 hours, and makes new events after that', async () => {
    const writer = await foundedTenant()
    const once = { replay, commandId: 'cmd_of_key' }
    await writer.do(rename(2, 'Bob'), once)
    expect(writer.storage.row('replay/record')?.expiresAt).toBe(writer.tools.clock() + 2 * DAY)
    writer.tools.virtual.advance(2 * DAY + 1)
    await writer.storage.prune(writer.tools.clock())
    await writer.given(rename(2, null))
    await writer.do(rename(2, 'Bob'), once)
    const ids = writer.storage.events.map(({ eventId }) => eventId)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe('an expected version', () => {
  it('lets a command through that has seen the latest, and refuses any other', async () => {
    const writer = await foundedTenant()
    const { version } = await writer.core.user(userIdOf(2))
    expect(codes(await writer.all([rename(2, 'a'), rename(2, 'b')], { expectedVersion: version }))).toEqual([
      'ok',
      'precondition.failed',
    ])
    expect(await writer.do(rename(2, 'c'), { expectedVersion: version })).toMatchObject({
      error: { code: 'precondition.failed', params: { expected: version, actual: version + 1 } },
    })
    expect(codes([await writer.do(rename(2, 'c'), { expectedVersion: version + 2 })])).toEqual(['precondition.failed'])
  })

  it('does not hide that there is nothing', async () => {
    const writer = await foundedTenant()
    expect(codes([await writer.do(rename(9, 'x'), { expectedVersion: 1 })])).toEqual(['resource.not_found'])
  })

  it('is not touched by logins', async () => {
    const writer = await foundedTenant()
    const { version } = await writer.core.user(userIdOf(2))
    await writer.signIn(2, 1)
    expect(codes([await writer.do(rename(2, 'a'), { expectedVersion: version })])).toEqual(['ok'])
  })
})

describe('the session guard', () => {
  it('lets a live session act, and names its user in the log', async () => {
    const writer = await foundedTenant()
    const actor = await writer.signIn(1, 1, 'admin')
    expect(codes([await writer.do(rename(2, 'Bob'), { actor, policyVersion: 'p1', causationId: 'cause' })])).toEqual([
      'ok',
    ])
    expect(writer.storage.events.at(-1)).toMatchObject({
      userId: userIdOf(1),
      actorType: 'user',
      policyVersion: 'p1',
      causationId: 'cause',
    })
    const last = writer.storage.events.at(-1)
    expect(await writer.core.principal(sessionIdOf(1))).toEqual({
      ok: true,
      value: {
        tenantId: TENANT,
        userId: userIdOf(1),
        sessionId: sessionIdOf(1),
        role: 'admin',
        sessionExpiresAt: '2026-03-02T12:00:00.000Z',
        head: { position: last?.position, hash: last?.hash },
      },
    })
  })

  it('ends with the session, even within one batch', async () => {
    const writer = await foundedTenant()
    const actor = await writer.signIn(1, 1, 'admin')
    const outcomes = await Promise.all([
      writer.do(rename(2, 'a'), { actor }),
      writer.do(logout(1), { actor }),
      writer.do(rename(2, 'b'), { actor }),
    ])
    expect(codes(outcomes)).toEqual(['ok', 'ok', 'unauthenticated'])
    expect(await writer.core.principal(sessionIdOf(1))).toMatchObject({ error: { code: 'unauthenticated' } })
    expect(codes([await writer.do(logout(1), { actor })])).toEqual(['ok'])
  })

  it('ends after 24 hours, to the millisecond', async () => {
    const writer = await foundedTenant()
    const actor = await writer.signIn(1, 1, 'admin')
    writer.tools.virtual.advance(DAY - 1)
    expect(codes([await writer.do(rename(2, 'a'), { actor })])).toEqual(['ok'])
    writer.tools.virtual.advance(1)
    expect(codes([await writer.do(rename(2, 'b'), { actor })])).toEqual(['unauthenticated'])
  })

  it('ends every session of who is deactivated, for good: reactivation brings none back', async () => {
    const writer = await foundedTenant()
    const actor = await writer.signIn(2, 1)
    const tomorrow = new Date(writer.tools.clock() + DAY / 2).toISOString()
    await writer.given(deactivate(2, tomorrow))
    expect(codes([await writer.do(rename(2, 'x'), { actor })])).toEqual(['unauthenticated'])
    await writer.given(reactivate(2))
    expect(codes([await writer.do(rename(2, 'x'), { actor })])).toEqual(['unauthenticated'])
    const anew = await writer.signIn(2, 2)
    expect(codes([await writer.do(rename(2, 'x'), { actor: anew })])).toEqual(['ok'])
  })

  it('refuses what was authorized with a role the user no longer has', async () => {
    const writer = await foundedTenant()
    await writer.given(changeRole(2, 'admin'))
    const actor = await writer.signIn(2, 1, 'admin')
    await writer.given(changeRole(2, 'user'))
    expect(codes([await writer.do(renameTenant('Mine now'), { actor })])).toEqual(['access_denied'])
    expect(codes([await writer.do(rename(2, 'x'), { actor: { ...actor, role: 'user' } })])).toEqual(['ok'])
  })

  it('knows no session that never was, and none of a tenant on its way out', async () => {
    const writer = await foundedTenant()
    const actor = await writer.signIn(1, 1, 'admin')
    expect(codes([await writer.do(rename(2, 'x'), { actor: { ...actor, sessionId: sessionIdOf(9) } })])).toEqual([
      'unauthenticated',
    ])
    await writer.given({
      type: 'tenant.delete',
      input: { tenantId: TENANT, deletionReason: 'inactive', forcedBecause: 'test' },
    })
    expect(codes([await writer.do(rename(2, 'x'), { actor })])).toEqual(['unauthenticated'])
  })

  it('leaves a system admin’s session to the platform tenant’s own writer', async () => {
    const writer = await foundedTenant()
    const actor = {
      type: 'user' as const,
      tenantId: tenantIdOf(0),
      userId: userIdOf(77),
      sessionId: sessionIdOf(77),
      role: 'admin' as const,
    }
    expect(codes([await writer.do(rename(2, 'x'), { actor })])).toEqual(['ok'])
  })

  it('gives a principal although another writer commits between its reads', async () => {
    const writer = await foundedTenant()
    await writer.signIn(1, 1, 'admin')
    writer.storage.pause = async () => writer.storage.touch()
    expect(await writer.core.principal(sessionIdOf(1))).toMatchObject({ ok: true })
  })
})

describe('queries of the writer', () => {
  it('see every commit at once', async () => {
    const writer = await foundedTenant()
    const { position } = writer.storage.head
    expect(await writer.core.tenant()).toMatchObject({
      state: { status: 'active', name: 'Acme' },
      version: 1,
      position,
    })
    expect(await writer.core.user(userIdOf(9))).toEqual({ state: { status: 'none' }, version: 0, position })
    const { users } = await writer.core.users()
    expect(users.map(({ state }) => state.status)).toEqual(['active', 'active'])
    expect(Object.keys(await writer.core.subjectKeys([userIdOf(1), userIdOf(9), TENANT]))).toEqual([userIdOf(1)])
  })

  it('list every user, page after page', async () => {
    const writer = await foundedTenant()
    const rows = Object.fromEntries(
      Array.from({ length: 2_500 }, (_, index) => [`user/${userIdOf(1_000 + index)}`, { status: 'none' }]),
    )
    writer.storage.touch(rows)
    expect((await writer.core.users()).users).toHaveLength(2_502)
  })

  it('know an empty tenant', async () => {
    const writer = new WriterUnderTest()
    expect(await writer.core.tenant()).toEqual({ state: { status: 'none' }, version: 0, position: 0 })
    expect(await writer.core.users()).toEqual({ users: [], position: 0 })
    expect(await writer.core.nextDue()).toBeUndefined()
  })
})
