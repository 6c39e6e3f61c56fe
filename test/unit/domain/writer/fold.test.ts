import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { verifyChain } from '#domain/events/verify-chain.ts'
import {
  REDUCER_VERSION,
  restoreSnapshot,
  SNAPSHOT_INTERVAL,
  takeSnapshot,
  type Snapshot,
} from '#domain/writer/snapshot.ts'
import { foldedRows, foldLog, openLog } from '../../../support/fold-log.ts'
import { history, type Step } from '../../../support/random-commands.ts'
import { settings, TENANT } from '../../../support/subjects.ts'
import { testTools } from '../../../support/tools.ts'
import {
  changeRole,
  completeLogin,
  foundedTenant,
  registerUser,
  rename,
  renameTenant,
  WriterUnderTest,
} from '../../../support/writer-under-test.ts'

async function live(batches: readonly (readonly Step[])[]): Promise<WriterUnderTest> {
  const writer = new WriterUnderTest()
  for (const batch of batches) {
    const commands = batch.flatMap((step) => ('command' in step ? [step.command] : []))
    for (const step of batch) if ('advance' in step) writer.tools.virtual.advance(step.advance)
    await writer.all(commands)
    await writer.core.runDue()
  }
  return writer
}

/** More than a hundred versions of tenant, user and roster each, so that all have stored snapshots. */
async function longLife(): Promise<WriterUnderTest> {
  const writer = await foundedTenant()
  await writer.all(Array.from({ length: 130 }, (_, index) => registerUser(100 + index)).slice(0, 90))
  await writer.all(Array.from({ length: 230 }, (_, index) => renameTenant(`Acme ${index}`)))
  for (let round = 0; round < 60; round++) {
    await writer.all([
      rename(2, `Bob ${round}`),
      completeLogin(2, 1_000 + round, round % 3 !== 0),
      changeRole(2, round % 2 === 0 ? 'admin' : 'user'),
      rename(2, null),
      registerUser(300 + round, { role: 'readOnly' }),
    ])
  }
  return writer
}

describe('the writer’s rows', () => {
  it('equal a fold of the log from scratch, after any history', async () => {
    await fc.assert(
      fc.asyncProperty(history(25), async (batches) => {
        const writer = await live(batches)
        const log = openLog(writer.storage, writer.tools)
        expect(foldedRows(writer.storage)).toEqual(foldLog(TENANT, log))
        expect(log.map(({ envelope }) => envelope.position)).toEqual(log.map((_, index) => index + 1))
        expect(
          verifyChain(writer.storage.events, writer.tools.cryptography, undefined, writer.storage.head),
        ).toBeUndefined()
        const ids = log.map(({ envelope }) => envelope.eventId)
        expect(new Set(ids).size).toBe(ids.length)
      }),
      { numRuns: 100 },
    )
  })

  it('follow from what is stored, even where a command brings a value in another spelling', async () => {
    const writer = await foundedTenant()
    const features = ['sso', 'audit', 'sso']
    await writer.given({ type: 'tenant.update', input: { tenantId: TENANT, settings: { ...settings(), features } } })
    expect(foldedRows(writer.storage)).toEqual(foldLog(TENANT, openLog(writer.storage, writer.tools)))
    expect((await writer.core.tenant()).state).toMatchObject({ settings: { features: ['audit', 'sso'] } })
  })

  it('number the versions of each aggregate without a gap', async () => {
    const writer = await longLife()
    const versions = new Map<string, number>()
    for (const { aggregate, type } of writer.storage.events) {
      const { id, version } = aggregate
      // A failed login belongs to a session that did not come to be.
      if (type !== 'auth.login_failed') expect(version).toBe((versions.get(id) ?? 0) + 1)
      versions.set(id, version)
    }
  })
})

describe('a snapshot', () => {
  it('and the events after it give the rows of the whole log, at every version it was stored for', async () => {
    const writer = await longLife()
    const log = openLog(writer.storage, writer.tools)
    const stored = writer.storage.rows.filter(({ ref }) => ref.startsWith('snapshot/'))
    const kinds = stored.map(({ ref }) => ref.split('/')[1])
    expect(kinds).toEqual(expect.arrayContaining(['tenant', 'user', 'roster']))
    for (const { ref, version, value } of stored) {
      const snapshot = value as unknown as Snapshot // a row of this kind
      const [, kind, id, at] = ref.split('/')
      expect([version, version % SNAPSHOT_INTERVAL]).toEqual([Number(at), 0])
      const state = restoreSnapshot(snapshot, writer.tools.compression)
      const before = foldLog(TENANT, log.slice(0, snapshot.position))
      expect(before.get(`${kind}/${id}`)).toEqual({ version, value: state })
      before.set(`${kind}/${id}`, { version, value: state ?? null })
      expect(foldLog(TENANT, log.slice(snapshot.position), before)).toEqual(foldedRows(writer.storage))
    }
  })

  it('taken at any position at all, and the tail, give the rows of the whole log', async () => {
    await fc.assert(
      fc.asyncProperty(history(12), async (batches) => {
        const writer = await live(batches)
        const { compression } = writer.tools
        const log = openLog(writer.storage, writer.tools)
        const whole = foldLog(TENANT, log)
        for (let k = 0; k <= log.length; k++) {
          const at = [...foldLog(TENANT, log.slice(0, k))].map(([ref, { version, value }]) => {
            const state = restoreSnapshot(takeSnapshot(value, k, compression), compression)
            return [ref, { version, value: state ?? null }] as const
          })
          expect(foldLog(TENANT, log.slice(k), new Map(at))).toEqual(whole)
        }
      }),
      { numRuns: 25 },
    )
  })

  it('made by other reducers is discarded', () => {
    const { compression } = testTools()
    const snapshot = takeSnapshot({ status: 'none' }, 7, compression)
    expect(restoreSnapshot(snapshot, compression)).toEqual({ status: 'none' })
    for (const reducer of [REDUCER_VERSION - 1, REDUCER_VERSION + 1]) {
      expect(restoreSnapshot({ ...snapshot, reducer }, compression)).toBeUndefined()
    }
  })
})

describe('two replicas of one tenant’s writer', () => {
  it('keep one log and one truth, however their reads and commits interleave', async () => {
    await fc.assert(
      fc.asyncProperty(history(16), fc.infiniteStream(fc.nat(12)), async (batches, turns) => {
        const first = new WriterUnderTest()
        const second = new WriterUnderTest(first.storage, first.tools)
        const [founding = [], ...rest] = batches
        const commandsOf = (batch: readonly Step[]) =>
          batch.flatMap((step) => ('command' in step ? [step.command] : []))
        await first.all(commandsOf(founding))
        // Each call of the storage takes some turns of the loop, a different number each time.
        first.storage.pause = async () => {
          for (let turn = turns.next().value ?? 0; turn > 0; turn--) await Promise.resolve()
        }
        const atWork = async (writer: WriterUnderTest, own: readonly (readonly Step[])[]) => {
          for (const batch of own) {
            await writer.all(commandsOf(batch))
            await writer.core.runDue()
          }
        }
        const half = Math.ceil(rest.length / 2)
        await Promise.all([atWork(first, rest.slice(0, half)), atWork(second, rest.slice(half))])
        first.storage.pause = () => Promise.resolve()
        expect(foldedRows(first.storage)).toEqual(foldLog(TENANT, openLog(first.storage, first.tools)))
        expect(
          verifyChain(first.storage.events, first.tools.cryptography, undefined, first.storage.head),
        ).toBeUndefined()
      }),
      { numRuns: 40 },
    )
  })
})
