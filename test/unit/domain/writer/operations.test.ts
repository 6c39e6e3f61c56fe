import { describe, expect, it } from 'vitest'
import { GIVEN_UP_AFTER, MAX_RUNS, OPERATION_WAITS } from '#domain/writer/operations.ts'
import { WriterUnderTest } from '../../../support/writer-under-test.ts'

const ID = 'opr_a'
const asked = { userId: 'usr_a', request: 'sealed' }
const done = { status: 'succeeded', answer: 'sealed answer' } as const
const MINUTE = 60_000

const scene = async () => {
  const waiting: string[] = []
  const writer = new WriterUnderTest(undefined, undefined, { onOperation: async (id) => void waiting.push(id) })
  const { core, tools } = writer
  await core.submitOperation(ID, asked)
  /** What is due by then is done. */
  const pass = async (milliseconds: number) => {
    tools.virtual.advance(milliseconds)
    await core.runDue()
  }
  return { core, pass, waiting }
}

describe('an operation', () => {
  it('is kept as it was asked, and once: asked again it stays what it is', async () => {
    const { core } = await scene()
    expect(await core.operation(ID)).toMatchObject({ ...asked, status: 'pending', runs: 0 })
    await core.claimOperation(ID)
    expect(await core.submitOperation(ID, { userId: 'usr_b', request: 'other' })).toMatchObject({
      ...asked,
      status: 'running',
    })
    expect(await core.operation('opr_none')).toBeUndefined()
  })

  it('is run by one of many who would, and by another one if that one has died', async () => {
    const { core, pass } = await scene()
    const claims = await Promise.all(Array.from({ length: 10 }, () => core.claimOperation(ID)))
    expect(claims.filter((claim) => claim !== undefined)).toMatchObject([
      { status: 'running', runs: 1, request: 'sealed' },
    ])
    await pass(MINUTE - 1)
    expect(await core.claimOperation(ID)).toBeUndefined()
    await pass(1)
    expect(await core.claimOperation(ID)).toMatchObject({ runs: 2 })
  })

  it('may be run again at once when it has been given back', async () => {
    const { core } = await scene()
    await core.claimOperation(ID)
    await core.releaseOperation(ID)
    expect(await core.claimOperation(ID)).toMatchObject({ runs: 2 })
  })

  it('comes to one end: the first stands, and what was asked is forgotten', async () => {
    const { core } = await scene()
    await core.claimOperation(ID)
    const ended = await core.settleOperation(ID, done)
    expect(ended).toMatchObject({ ...done, userId: 'usr_a', completedAt: expect.any(Number) })
    expect(ended).not.toHaveProperty('request')
    expect(await core.settleOperation(ID, { status: 'failed', answer: 'late' })).toEqual(ended)
    expect(await core.claimOperation(ID)).toBeUndefined()
    await core.releaseOperation(ID)
    expect(await core.operation(ID)).toEqual(ended)
    expect(await core.settleOperation('opr_none', done)).toBeUndefined()
  })

  it('is sent to be run again, later and later, as long as nobody has come to it', async () => {
    const { core, pass, waiting } = await scene()
    await pass(30_000 - 1)
    expect(waiting).toEqual([])
    await pass(1)
    expect(waiting).toEqual([ID])
    await pass(30_000)
    expect(waiting).toEqual([ID, ID])
    await pass(30_000)
    expect(waiting).toEqual([ID, ID])
    await core.claimOperation(ID)
    await core.settleOperation(ID, done)
    await pass(OPERATION_WAITS)
    expect(waiting).toEqual([ID, ID])
    expect(await core.nextDue()).toBeUndefined()
  })

  it('expires when nobody has begun it within an hour, whether or not anybody asks, and is never begun then', async () => {
    const { core, pass } = await scene()
    await pass(OPERATION_WAITS)
    expect(await core.operation(ID)).toMatchObject({ status: 'pending' })
    await pass(1)
    const expired = await core.operation(ID)
    expect(expired).toMatchObject({ status: 'expired', completedAt: expect.any(Number) })
    expect(await core.claimOperation(ID)).toBeUndefined()
    expect(await core.settleOperation(ID, done)).toEqual(expired)
    await pass(OPERATION_WAITS)
    expect(await core.nextDue()).toBeUndefined()
  })

  it('does not expire once it has been begun', async () => {
    const { core, pass } = await scene()
    await pass(OPERATION_WAITS - 1)
    await core.claimOperation(ID)
    await pass(MINUTE)
    expect(await core.claimOperation(ID)).toMatchObject({ status: 'running', runs: 2 })
    expect(await core.settleOperation(ID, done)).toMatchObject({ status: 'succeeded' })
  })

  it('is given up after many runs that came to nothing', async () => {
    const { core } = await scene()
    for (let run = 0; run < MAX_RUNS; run++) {
      expect(await core.claimOperation(ID)).toBeDefined()
      await core.releaseOperation(ID)
    }
    expect(await core.claimOperation(ID)).toBeUndefined()
    expect(await core.operation(ID)).toMatchObject({ status: 'failed', runs: MAX_RUNS })
    expect(await core.operation(ID)).not.toHaveProperty('answer')
  })

  it('is given up in the end when it was begun and every message of it was lost', async () => {
    const { core, pass, waiting } = await scene()
    await core.claimOperation(ID)
    await core.releaseOperation(ID)
    while ((await core.nextDue()) !== undefined) await pass(10 * MINUTE)
    expect(waiting.length).toBeGreaterThan(5)
    expect(await core.operation(ID)).toMatchObject({ status: 'running', runs: 1 })
    await pass(GIVEN_UP_AFTER)
    expect(await core.operation(ID)).toMatchObject({ status: 'failed', runs: 1 })
    expect(await core.claimOperation(ID)).toBeUndefined()
  })
})
