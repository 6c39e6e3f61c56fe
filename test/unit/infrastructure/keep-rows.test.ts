import { describe, expect, it } from 'vitest'
import type { ProjectionStore, Wanted } from '#domain/ports/projection-store.ts'
import type { ViewPage } from '#domain/projection/views.ts'
import { keepRows } from '#infrastructure/shared/keep-rows.ts'
import { MemoryProjectionStore } from '../../support/memory-projection-store.ts'
import { TENANT } from '../../support/subjects.ts'

const NOTHING: ViewPage = { tenant_details: [], tenant_metrics: [], user_profile: [], auth_sessions: [] }
const NOBODY: Wanted = NOTHING
const HALT = { view: 'tenant_details', position: 2, eventId: 'e', eventType: 't', error: 'x', attempts: 3 } as const

const session = (key: string, position: number, userId = 'usr_a') =>
  ({ key, position, tenantId: TENANT, userId }) as unknown as ViewPage['auth_sessions'][number] // as much of one as matters here
const sessions = (...rows: ViewPage['auth_sessions']): ViewPage => ({ ...NOTHING, auth_sessions: rows })
const wantedSessions = (...keys: readonly string[]): Wanted => ({
  ...NOBODY,
  auth_sessions: keys.map((key) => ({ key })),
})
const at = (position: number, generation = 0) => ({ position, generation })

/** A store that keeps rows, and what it has loaded from the one below. */
function underTest(capacity?: number) {
  let now = 0
  const below = new MemoryProjectionStore()
  const loaded: Wanted[] = []
  const told: ProjectionStore = Object.assign(Object.create(below) as MemoryProjectionStore, {
    loadAt: (...[tenantId, from, wanted]: Parameters<ProjectionStore['loadAt']>) => {
      loaded.push(wanted)
      return below.loadAt(tenantId, from, wanted)
    },
    commit: (...given: Parameters<ProjectionStore['commit']>) => below.commit(...given),
    catchUp: (...given: Parameters<ProjectionStore['catchUp']>) => below.catchUp(...given),
    state: () => below.state(),
  })
  const store = keepRows(told, () => now, capacity)
  return { store, below, loaded, pass: (milliseconds: number) => void (now += milliseconds) }
}

const keysOf = (wanted: Wanted | undefined) =>
  wanted?.auth_sessions.map((selector) => ('key' in selector ? selector.key : `user ${selector.userId}`))

describe('keepRows', () => {
  it('loads nothing that was written with the page before', async () => {
    const { store, loaded } = underTest()
    await store.commit(TENANT, at(0), 1, sessions(session('a', 1), session('b', 1)))
    expect(await store.loadAt(TENANT, at(1), wantedSessions('b', 'a'))).toEqual(
      sessions(session('b', 1), session('a', 1)),
    )
    expect(await store.loadAt(TENANT, at(1), NOBODY)).toEqual(NOTHING)
    expect(loaded).toEqual([])
  })

  it('loads what it lacks, keeps it, and keeps in mind what is not there', async () => {
    const { store, below, loaded } = underTest()
    await below.commit(TENANT, at(0), 1, sessions(session('old', 1)))
    await store.commit(TENANT, at(1), 2, sessions(session('a', 2)))
    const wanted = wantedSessions('a', 'old', 'none')
    const all = sessions(session('a', 2), session('old', 1))
    expect(await store.loadAt(TENANT, at(2), wanted)).toEqual(all)
    expect(await store.loadAt(TENANT, at(2), wanted)).toEqual(all)
    expect(loaded.map((one) => keysOf(one))).toEqual([['old', 'none']])
    await store.commit(TENANT, at(2), 3, sessions(session('none', 3)))
    expect(await store.loadAt(TENANT, at(3), wanted)).toEqual(
      sessions(session('a', 2), session('old', 1), session('none', 3)),
    )
    expect(loaded).toHaveLength(1)
  })

  it('loads all rows of a user: nobody knows how many there are', async () => {
    const { store, below, loaded } = underTest()
    await below.commit(TENANT, at(0), 1, sessions(session('old', 1)))
    await store.commit(TENANT, at(1), 2, sessions(session('a', 2)))
    const found = await store.loadAt(TENANT, at(2), { ...NOBODY, auth_sessions: [{ userId: 'usr_a' }] })
    expect(new Set(found?.auth_sessions.map(({ key }) => key))).toEqual(new Set(['old', 'a']))
    expect(loaded.map((one) => keysOf(one))).toEqual([['user usr_a']])
  })

  it('keeps nothing that another has moved or replaced', async () => {
    const { store, below } = underTest()
    await store.commit(TENANT, at(0), 1, sessions(session('a', 1)))
    await below.commit(TENANT, at(1), 2, sessions(session('a', 2)))
    expect(await store.loadAt(TENANT, at(2), wantedSessions('a'))).toEqual(sessions(session('a', 2)))
    await store.commit(TENANT, at(2), 3, sessions(session('b', 3)))
    // A view follows again: of the rows of the generation before, nobody knows whether they still are.
    await below.commit(TENANT, at(3), 4, sessions(session('b', 4)), [HALT])
    await below.catchUp(TENANT, { view: HALT.view, from: 1, to: 4, leftOut: false }, sessions(session('b', 5)))
    expect(await store.loadAt(TENANT, at(4, 1), wantedSessions('b'))).toEqual(sessions(session('b', 5)))
    expect(await store.loadAt(TENANT, at(3), wantedSessions('b'))).toBeUndefined()
  })

  it('keeps nothing of a page that met a conflict, or of which nobody knows what became', async () => {
    const conflict = underTest()
    await conflict.store.commit(TENANT, at(0), 1, sessions(session('a', 1)))
    await conflict.below.commit(TENANT, at(1), 2, NOTHING)
    expect(await conflict.store.commit(TENANT, at(1), 2, sessions(session('a', 2)))).toBe('conflict')
    await conflict.store.loadAt(TENANT, at(1), wantedSessions('a'))
    expect(conflict.loaded).toHaveLength(1)
    const unknown = underTest()
    await unknown.store.commit(TENANT, at(0), 1, sessions(session('a', 1)))
    unknown.below.beforeCommit = () => Promise.reject(new Error('gone'))
    await expect(unknown.store.commit(TENANT, at(1), 2, sessions(session('a', 2)))).rejects.toThrow('gone')
    await unknown.store.loadAt(TENANT, at(1), wantedSessions('a'))
    expect(unknown.loaded).toHaveLength(1)
  })

  it('keeps nothing of a page with which a view halts', async () => {
    const { store, loaded } = underTest()
    await store.commit(TENANT, at(0), 1, sessions(session('a', 1)))
    await store.commit(TENANT, at(1), 2, sessions(session('b', 2)), [HALT])
    await store.loadAt(TENANT, at(2), wantedSessions('a', 'b'))
    expect(loaded.map((one) => keysOf(one))).toEqual([['a', 'b']])
  })

  it('forgets after two seconds without a page', async () => {
    const { store, loaded, pass } = underTest()
    await store.commit(TENANT, at(0), 1, sessions(session('a', 1)))
    pass(2_000)
    await store.loadAt(TENANT, at(1), wantedSessions('a'))
    expect(loaded).toHaveLength(0)
    pass(1)
    await store.loadAt(TENANT, at(1), wantedSessions('a'))
    expect(loaded).toHaveLength(1)
  })

  it('keeps no more rows than it may', async () => {
    const { store, loaded } = underTest(2)
    await store.commit(TENANT, at(0), 1, sessions(session('a', 1), session('b', 1), session('c', 1)))
    await store.loadAt(TENANT, at(1), wantedSessions('a'))
    expect(loaded).toHaveLength(1)
  })
})
