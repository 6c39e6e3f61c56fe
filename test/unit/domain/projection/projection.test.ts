import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SessionState } from '#domain/auth/session-state.ts'
import { foldPage, selectorsOf } from '#domain/projection/fold-page.ts'
import type { Recorded } from '#domain/projection/view.ts'
import { VIEW_NAMES } from '#domain/projection/views.ts'
import { tenantDetailsOf } from '#domain/tenant/views/tenant-details.view.ts'
import type { TenantState } from '#domain/tenant/tenant-state.ts'
import type { UserState } from '#domain/user/user-state.ts'
import { userProfileOf } from '#domain/user/views/user-profile.view.ts'
import { foldLog, openLog } from '../../../support/fold-log.ts'
import { MemoryProjectionStore } from '../../../support/memory-projection-store.ts'
import { history } from '../../../support/random-commands.ts'
import { TENANT } from '../../../support/subjects.ts'
import { WriterUnderTest } from '../../../support/writer-under-test.ts'

/** Projects a log in pages of the given sizes, over and over. */
async function project(log: readonly Recorded[], sizes: readonly number[]): Promise<MemoryProjectionStore> {
  const store = new MemoryProjectionStore()
  for (let at = 0, page = 0; at < log.length; page++) {
    const events = log.slice(at, at + (sizes[page % sizes.length] ?? 1))
    const rows = await store.load(TENANT, selectorsOf(events))
    const result = await store.commit(TENANT, await store.state(), at + events.length, foldPage(rows, events).rows)
    expect(result).toBe('committed')
    at += events.length
  }
  return store
}

const withoutPosition = <Row extends object>(row: Row) => ({ ...row, position: 0 })

describe('the read models', () => {
  it('say what the writer’s own state says, after any history and in pages of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        history(20),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        async (batches, sizes) => {
          const writer = new WriterUnderTest()
          for (const batch of batches) {
            for (const step of batch) if ('advance' in step) writer.tools.virtual.advance(step.advance)
            await writer.all(batch.flatMap((step) => ('command' in step ? [step.command] : [])))
            await writer.core.runDue()
          }
          const log = openLog(writer.storage, writer.tools)
          const store = await project(log, sizes)
          const states = [...foldLog(TENANT, log)].map(([ref, row]) => ({ kind: ref.split('/')[0], ...row }))
          const of = <State>(kind: string) =>
            states.flatMap((row) =>
              row.kind === kind ? [{ version: row.version, state: row.value as unknown as State }] : [],
            ) // by kind

          const users = of<UserState>('user')
          const profiles = users
            .map(({ state, version }) => userProfileOf(state, version, 0))
            .toSorted((a, b) => ((a?.key ?? '') < (b?.key ?? '') ? -1 : 1))
          expect(store.rows('user_profile').map((row) => withoutPosition(row))).toEqual(profiles)

          const tenants = of<TenantState>('tenant')
          expect(store.rows('tenant_details').map((row) => withoutPosition(row))).toEqual(
            tenants.map(({ state, version }) => tenantDetailsOf(state, version, 0)),
          )

          const active = users.filter(({ state }) => state.status === 'active' || state.status === 'invited')
          expect(store.rows('tenant_metrics')).toMatchObject([
            { key: TENANT, totalUsers: users.length, activeUsers: active.length, storageUsed: 0 },
          ])

          const epochs = new Map(
            users.map(({ state }) => (state.status === 'none' ? ['', -1] : [state.userId, state.sessionEpoch])),
          )
          const sessions = of<SessionState>('session').flatMap(({ state }) =>
            state.status === 'none'
              ? []
              : [
                  {
                    key: state.sessionId,
                    userId: state.userId,
                    isActive: state.status === 'active' && epochs.get(state.userId) === state.sessionEpoch,
                  },
                ],
          )
          expect(store.rows('auth_sessions')).toMatchObject(sessions.toSorted((a, b) => (a.key < b.key ? -1 : 1)))
          expect(store.rows('auth_sessions')).toHaveLength(sessions.length)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('are the same in pages of one event and in one page', async () => {
    await fc.assert(
      fc.asyncProperty(history(10), async (batches) => {
        const writer = new WriterUnderTest()
        for (const batch of batches)
          await writer.all(batch.flatMap((step) => ('command' in step ? [step.command] : [])))
        const log = openLog(writer.storage, writer.tools)
        const [single, whole] = await Promise.all([project(log, [1]), project(log, [1_000])])
        for (const name of VIEW_NAMES) expect(whole.rows(name)).toEqual(single.rows(name))
      }),
      { numRuns: 40 },
    )
  })
})
