import { describe, expect, it } from 'vitest'
import { settings, userIdOf } from '../../../support/subjects.ts'
import {
  createTenant,
  deactivate,
  foundedTenant,
  logout,
  registerUser,
  rename,
  WriterUnderTest,
} from '../../../support/writer-under-test.ts'

/** Two replicas of one tenant's writer, both of which have seen its rows. */
async function twoReplicas() {
  const first = await foundedTenant()
  const second = new WriterUnderTest(first.storage, first.tools)
  await second.given(rename(2, 'Bea'))
  await first.given(rename(2, 'Bob'))
  return { first, second, storage: first.storage }
}

describe('rows that a writer knows', () => {
  it('are not read again', async () => {
    const { first, storage } = await twoReplicas()
    const reads = storage.reads.length
    await first.given(rename(2, 'Ben'), rename(2, 'Bill'))
    expect(storage.reads.slice(reads)).toEqual([])
  })

  it('spare a command with a key of its own every read', async () => {
    const { first, storage } = await twoReplicas()
    const reads = storage.reads.length
    await first.do(rename(2, 'Ben'), { replay: { recordId: 'one', fingerprint: 'a' } })
    expect(storage.reads.slice(reads)).toEqual([])
    expect(storage.commits.at(-1)?.absent).toEqual(['replay/one'])
  })

  it('presume no key to be new that another replica has seen: its answer is given again', async () => {
    const { first, second, storage } = await twoReplicas()
    const key = { replay: { recordId: 'one', fingerprint: 'a' } }
    const outcome = await second.do(rename(2, 'Ben'), key)
    // The replica has seen the head since, but not the record.
    await first.given(rename(2, 'Bill'))
    const { position } = storage.head
    expect(await first.do(rename(2, 'Ben'), key)).toMatchObject({
      value: { position: outcome.ok && outcome.value.position, replayed: true },
    })
    const refused = { replay: { recordId: 'one', fingerprint: 'b' } }
    expect(await first.do(rename(9, 'X'), refused)).toMatchObject({ error: { code: 'idempotency.key_reused' } })
    expect(storage.head.position).toBe(position)
  })

  it('are forgotten when another replica has committed: the command is decided on what it wrote', async () => {
    const { first, second, storage } = await twoReplicas()
    await second.given(deactivate(2))
    expect(await first.do(rename(2, 'Ben'))).toMatchObject({ ok: false, error: { code: 'user.deactivated' } })
    expect(storage.events.at(-1)?.type).toBe('user.deactivated')
  })

  it('refuse nothing that another replica has made possible', async () => {
    const { first, second } = await twoReplicas()
    expect(await first.do(rename(7, 'X'))).toMatchObject({ error: { code: 'resource.not_found' } })
    await second.given(registerUser(7))
    expect(await first.do(rename(7, 'X'))).toMatchObject({ ok: true })
  })

  it('never let a session live on that another replica has ended', async () => {
    const { first, second } = await twoReplicas()
    const { sessionId = '' } = await first.signIn(2, 1)
    expect(await first.core.principal(sessionId)).toMatchObject({ ok: true })
    await second.given(logout(1))
    expect(await first.core.principal(sessionId)).toMatchObject({ ok: false, error: { code: 'unauthenticated' } })
  })

  it('are read anew after a commit that nobody can say the outcome of', async () => {
    const { first, storage } = await twoReplicas()
    storage.commitFault = new Error('connection lost')
    await expect(first.do(rename(2, 'Ben'))).rejects.toThrow('connection lost')
    const reads = storage.reads.length
    await first.given(rename(2, 'Bill'))
    expect(storage.reads.length).toBeGreaterThan(reads)
  })

  it('are no more than the memory holds', async () => {
    const writer = await new WriterUnderTest().given(createTenant({ settings: settings({ maxUsers: 1_000 }) }))
    for (let number = 10; number < 400; number++) await writer.given(registerUser(number))
    const reads = writer.storage.reads.length
    await writer.given(rename(399, 'Last'))
    expect(writer.storage.reads.slice(reads)).toEqual([])
    await writer.given(rename(10, 'First'))
    expect(writer.storage.reads.slice(reads).flat()).toContain(`user/${userIdOf(10)}`)
  })
})
