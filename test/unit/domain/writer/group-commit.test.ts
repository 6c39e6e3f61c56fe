import { describe, expect, it } from 'vitest'
import type { Outcome } from '#common/outcome.ts'
import { verifyChain } from '#domain/events/verify-chain.ts'
import type { Command, Receipt } from '#domain/writer/command.ts'
import { emailIndexOf, registerInput, settings, TENANT, tenantIdOf, userIdOf } from '../../../support/subjects.ts'
import {
  acceptInvitation,
  beginLogin,
  changeRole,
  completeLogin,
  createTenant,
  deactivate,
  foundedTenant,
  logout,
  registerUser,
  rename,
  renameTenant,
  WriterUnderTest,
} from '../../../support/writer-under-test.ts'

const codes = (outcomes: readonly Outcome<Receipt>[]) =>
  outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.error.code))
const positions = (outcomes: readonly Outcome<Receipt>[]) =>
  outcomes.map((outcome) => (outcome.ok ? outcome.value.position : 0))
const numbers = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index)
/** A malformed command as another version might send it: its decider throws. */
const broken = (): Command =>
  ({ type: 'user.register', input: { ...registerInput(90), email: 42 } }) as unknown as Command

describe('a group commit', () => {
  it('decides the commands that wait together in their order, and commits them at once', async () => {
    const writer = await foundedTenant()
    const before = writer.storage.commits.length
    const outcomes = await writer.all(numbers(10, 50).map((number) => registerUser(number)))
    expect(positions(outcomes)).toEqual(numbers(0, 50).map((index) => writer.storage.head.position - 98 + 2 * index))
    expect(writer.storage.commits.length).toBe(before + 1)
    await expect.poll(() => writer.core.idle).toBe(true)
  })

  it('lets each command see those before it', async () => {
    const writer = await foundedTenant()
    const outcomes = await writer.all([
      registerUser(3),
      registerUser(4, { email: registerInput(3).email }),
      acceptInvitation(3),
      changeRole(3, 'admin'),
      deactivate(1),
      deactivate(3),
    ])
    expect(codes(outcomes)).toEqual(['ok', 'user.already_exists', 'ok', 'ok', 'ok', 'user.last_admin'])
  })

  it('gives out exactly the seats there are', async () => {
    const writer = await new WriterUnderTest().given(createTenant({ settings: settings({ maxUsers: 1_000 }) }))
    await writer.all(numbers(2, 989).map((number) => registerUser(number)))
    const outcomes = await writer.all(numbers(2_000, 1_000).map((number) => registerUser(number)))
    expect(codes(outcomes).filter((code) => code === 'ok')).toHaveLength(10)
    expect(codes(outcomes).filter((code) => code === 'user.quota_exceeded')).toHaveLength(990)
  })

  it('lets neither a refusal nor a fault spoil a neighbour, nor leave a trace', async () => {
    const writer = await foundedTenant()
    const rowsBefore = writer.storage.rows.length
    const commands = [
      rename(2, 'Bob'),
      rename(9, 'Nobody'),
      broken(),
      { type: 'user.explode', input: {} } as unknown as Command,
      renameTenant('Acme II'),
    ]
    const outcomes = await Promise.allSettled(commands.map((command) => writer.do(command)))
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ])
    expect(writer.types.slice(-2)).toEqual(['user.profile_updated', 'tenant.updated'])
    expect(writer.storage.rows).toHaveLength(rowsBefore)
    expect(
      verifyChain(writer.storage.events, writer.tools.cryptography, undefined, writer.storage.head),
    ).toBeUndefined()
  })

  it('fails a command that came to another tenant’s writer', async () => {
    const writer = await foundedTenant()
    const stray: Command = {
      type: 'user.update_profile',
      input: { tenantId: tenantIdOf(2), userId: userIdOf(2), displayName: 'X' },
    }
    await expect(writer.do(stray)).rejects.toThrow('another tenant')
    expect(writer.types).not.toContain('user.profile_updated')
  })

  it('refuses a command whose events take more than 1 MiB, and only that', async () => {
    const writer = await foundedTenant()
    const described = (bytes: number): Command => ({
      type: 'user.update_profile',
      input: { tenantId: TENANT, userId: userIdOf(2), metadata: { text: 'x'.repeat(bytes) } },
    })
    const position = writer.storage.head.position
    const outcomes = await writer.all([described(1024 * 1024), described(700_000), rename(2, 'Bob')])
    expect(codes(outcomes)).toEqual(['validation.payload_too_large', 'ok', 'ok'])
    expect(positions(outcomes)).toEqual([0, position + 1, position + 2])
  })

  it('asks whether the tenant takes commands for each that is new, and answers a repeated one all the same', async () => {
    const writer = await foundedTenant()
    const replay = { recordId: 'once', fingerprint: 'f' }
    const first = await writer.do(rename(2, 'Bob'), { replay })
    const asked: number[] = []
    const full = new WriterUnderTest(writer.storage, writer.tools, {
      admission: (head) => {
        asked.push(head)
        return Promise.resolve({ code: 'event_store.backlog_full', retryAfter: 30 })
      },
    })
    const { position } = writer.storage.head
    const outcomes = await Promise.all([full.do(rename(2, 'Bob'), { replay }), full.do(rename(2, 'Rob'))])
    expect(outcomes[0]).toMatchObject({ ok: true, value: { position: positions([first])[0], replayed: true } })
    expect(outcomes[1]).toEqual({ ok: false, error: { code: 'event_store.backlog_full', retryAfter: 30 } })
    expect(asked).toEqual([position])
    expect(writer.storage.head.position).toBe(position)
  })

  it('lets whoever leaves go, where the tenant takes no other command', async () => {
    const writer = await foundedTenant()
    await writer.signIn(2, 1)
    const fenced = new WriterUnderTest(writer.storage, writer.tools, {
      admission: () => Promise.resolve({ code: 'tenant.fenced' }),
    })
    expect(codes(await fenced.all([rename(2, 'Bob'), logout(1)]))).toEqual(['tenant.fenced', 'ok'])
    expect(fenced.types.at(-1)).toBe('auth.logout')
  })

  it('decides anew when another writer was faster', async () => {
    const writer = await foundedTenant()
    writer.storage.conflicts = 3
    expect(codes(await writer.all([rename(2, 'Bob'), renameTenant('Acme II')]))).toEqual(['ok', 'ok'])
    expect(writer.types.slice(-2)).toEqual(['user.profile_updated', 'tenant.updated'])
  })

  it('decides anew when another writer commits between two reads', async () => {
    const writer = await foundedTenant()
    const begun = writer.storage.reads.length
    const taken = { [`email/${emailIndexOf('user3@example.com')}`]: { userId: userIdOf(2) } }
    writer.storage.pause = async () => {
      // The first read has found who holds the address of the login; the second asks for that user.
      if (writer.storage.reads.length === begun + 2) writer.storage.touch(taken)
    }
    const outcomes = await writer.all([registerUser(3), beginLogin(2, 1)])
    expect(codes(outcomes)).toEqual(['user.already_exists', 'ok'])
    expect(writer.storage.reads.length - begun).toBe(4)
  })

  it('fails as a fault when it is never the fastest, and works again afterwards', async () => {
    const writer = await foundedTenant()
    writer.storage.conflicts = 1_000_000
    await expect(writer.do(rename(2, 'Bob'))).rejects.toThrow('too many writers')
    writer.storage.conflicts = 0
    expect(codes([await writer.do(rename(2, 'Bob'))])).toEqual(['ok'])
  })

  it('gives a commit’s fault to every caller of that batch, and works again afterwards', async () => {
    const writer = await foundedTenant()
    const position = writer.storage.head.position
    writer.storage.commitFault = new Error('disk full')
    const outcomes = await Promise.allSettled(
      [rename(2, 'Bob'), rename(9, 'X'), renameTenant('Acme II')].map((command) => writer.do(command)),
    )
    expect(outcomes).toMatchObject(outcomes.map(() => ({ status: 'rejected', reason: { message: 'disk full' } })))
    expect(writer.storage.head.position).toBe(position)
    expect(codes([await writer.do(rename(2, 'Bob'))])).toEqual(['ok'])
  })

  it('gives a read’s fault to every caller of that batch, and works again afterwards', async () => {
    const writer = await foundedTenant()
    // What is known needs no reading: it is forgotten with a conflict.
    writer.storage.conflicts = 1
    writer.storage.readFault = new Error('no connection')
    const outcomes = await Promise.allSettled(
      [rename(2, 'Bob'), renameTenant('Acme II')].map((command) => writer.do(command)),
    )
    expect(outcomes).toMatchObject(outcomes.map(() => ({ status: 'rejected', reason: { message: 'no connection' } })))
    expect(codes([await writer.do(rename(2, 'Bob'))])).toEqual(['ok'])
  })

  it('goes on when waiting for company fails', async () => {
    const writer = await foundedTenant()
    writer.storage.gather = () => Promise.reject(new Error('no timer'))
    expect(codes([await writer.do(rename(2, 'Bob'))])).toEqual(['ok'])
  })

  it('takes commands that arrive while it is committing into the next batch', async () => {
    const writer = await foundedTenant()
    const first = writer.do(rename(2, 'a'))
    const late: Promise<Outcome<Receipt>>[] = []
    let pauses = 0
    writer.storage.pause = async () => {
      if (++pauses === 2) late.push(writer.do(rename(2, 'b')), writer.do(rename(2, 'c')))
    }
    await first
    expect(codes(await Promise.all(late))).toEqual(['ok', 'ok'])
    expect(writer.storage.commits.at(-1)?.events).toHaveLength(2)
  })

  it('commits nothing, and tells nobody, when nothing has changed', async () => {
    const writer = await foundedTenant()
    const { commits } = writer.storage
    const [before, told] = [commits.length, writer.committed.length]
    expect(positions(await writer.all([rename(2, null), renameTenant('Acme')]))).toEqual(
      Array(2).fill(writer.storage.head.position),
    )
    expect([commits.length, writer.committed.length]).toEqual([before, told])
  })

  it('tells the position of every commit, and whether there is work', async () => {
    const writer = await foundedTenant()
    await writer.do(rename(2, 'Bob'))
    expect(writer.committed.at(-1)).toEqual({ position: writer.storage.head.position, due: false })
    await writer.do(registerUser(3, { mail: { to: 'a', subject: 'b', text: 'c' } }))
    expect(writer.committed.at(-1)).toEqual({ position: writer.storage.head.position, due: true })
  })
})

describe('reading for a group commit', () => {
  const reads = async (writer: WriterUnderTest, commands: readonly Command[], change = {}) => {
    const before = writer.storage.reads.length
    const outcomes = await writer.all(commands, change)
    expect(new Set(codes(outcomes))).toEqual(new Set(['ok']))
    return writer.storage.reads.length - before
  }

  it('asks storage at most three times for 256 commands of any kind', async () => {
    const writer = await new WriterUnderTest().given(
      createTenant({ settings: settings({ maxUsers: 1_000 }) }),
      acceptInvitation(1),
    )
    const users = numbers(2, 256)
    const actor = { actor: await new WriterUnderTest(writer.storage, writer.tools).signIn(1, 1, 'admin') }
    expect(
      await reads(
        writer,
        users.map((number) => registerUser(number)),
        actor,
      ),
    ).toBeLessThanOrEqual(3)
    expect(
      await reads(
        writer,
        users.map((number) => acceptInvitation(number)),
      ),
    ).toBeLessThanOrEqual(3)
    expect(
      await reads(
        writer,
        users.map((number) => beginLogin(number, number)),
      ),
    ).toBeLessThanOrEqual(3)
    expect(
      await reads(
        writer,
        users.map((number) => completeLogin(number, number, number % 2 === 0)),
      ),
    ).toBeLessThanOrEqual(3)
    expect(
      await reads(
        writer,
        users.map((number) => rename(number, 'New')),
        actor,
      ),
    ).toBeLessThanOrEqual(3)
    expect(
      await reads(
        writer,
        users.map((number) => logout(number)),
      ),
    ).toBeLessThanOrEqual(3)
    const tomorrow = new Date(writer.tools.clock() + 86_400_000).toISOString()
    expect(
      await reads(
        writer,
        users.map((number) => deactivate(number, tomorrow)),
        actor,
      ),
    ).toBeLessThanOrEqual(3)
    const back = users.map((number): Command => ({
      type: 'user.reactivate',
      input: { tenantId: tenantIdOf(1), userId: userIdOf(number), trigger: 'adminAction' },
    }))
    expect(await reads(writer, back, actor)).toBeLessThanOrEqual(3)
    expect(
      await reads(
        writer,
        users.map((number) => deactivate(number)),
        actor,
      ),
    ).toBeLessThanOrEqual(3)
  })

  it('asks storage at most three times for locks, and for changes of the tenant', async () => {
    const writer = await foundedTenant()
    expect(await reads(writer, Array(256).fill(beginLogin(2, 7)))).toBeLessThanOrEqual(3)
    expect(writer.types.at(-1)).toBe('auth.login_failed')
    const described = numbers(0, 256).map((count): Command => ({
      type: 'tenant.update',
      input: { tenantId: tenantIdOf(1), metadata: { count } },
    }))
    expect(await reads(writer, described)).toBeLessThanOrEqual(3)
    expect(await reads(new WriterUnderTest(), [createTenant({ metadata: { a: 1 } })])).toBeLessThanOrEqual(3)
  })
})

describe('rows written', () => {
  it.each([
    ['a change of profile', rename(2, 'Bob')],
    ['a change of the tenant', renameTenant('Acme II')],
    ['a logout', logout(1)],
  ])('are the event, the state and the replay record for %s', async (_what, command) => {
    const writer = await foundedTenant()
    await writer.signIn(2, 1)
    await writer.do(command, { replay: { recordId: 'record', fingerprint: 'print' } })
    const batch = writer.storage.commits.at(-1)
    expect(batch?.events).toHaveLength(1)
    expect(batch?.puts).toHaveLength(2)
    expect(batch?.deletes).toHaveLength(0)
  })
})
