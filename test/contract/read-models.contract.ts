import { describe, expect, it } from 'vitest'
import { newId } from '#domain/new-id.ts'
import {
  positionOfView,
  type Checkpoint,
  type Followed,
  type Halt,
  type ProjectionStore,
  type ShadowStore,
} from '#domain/ports/projection-store.ts'
import type { PageRequest, ReadModels } from '#domain/ports/read-models.ts'
import { RebuildUnderWay, SkippedMeanwhile } from '#domain/projection/shadow-rows.ts'
import { CURRENT_VERSIONS } from '#domain/projection/view-versions.ts'
import { VIEW_NAMES, VIEWS, type ViewName, type ViewPage } from '#domain/projection/views.ts'
import type { SessionView } from '#domain/auth/views/auth-sessions.view.ts'
import type { TenantDetails } from '#domain/tenant/views/tenant-details.view.ts'
import type { TenantMetrics } from '#domain/tenant/views/tenant-metrics.view.ts'
import type { UserProfileView } from '#domain/user/views/user-profile.view.ts'
import { sqlState, type SqlSession } from '#infrastructure/postgres/sql-session.ts'
import { settings } from '../support/commands.ts'

export interface ReadSide {
  readonly store: ProjectionStore
  readonly shadow: ShadowStore
  /** Another process's. */
  readonly otherShadow: ShadowStore
  readonly readModels: ReadModels
  readonly session: SqlSession
}

const VERSIONS = {
  tenant_details: VIEWS.tenant_details.version,
  tenant_metrics: VIEWS.tenant_metrics.version,
  user_profile: VIEWS.user_profile.version,
}
const AT = '2026-11-24T12:00:00.000Z'
const NOTHING: ViewPage = { tenant_details: [], tenant_metrics: [], user_profile: [], auth_sessions: [] }
const NOTHING_WANTED = { tenant_details: [], tenant_metrics: [], user_profile: [], auth_sessions: [] }

const details = (tenantId: string, changes: Partial<TenantDetails> = {}): TenantDetails => ({
  key: tenantId,
  tenantId,
  position: 1,
  name: 'Orchard',
  slug: 'orchard',
  subscriptionPlan: 'free',
  adminEmail: 'admin@orchard.example',
  settings: settings(),
  status: 'active',
  isActive: true,
  version: 1,
  createdAt: AT,
  updatedAt: AT,
  ...changes,
})

const metrics = (tenantId: string): TenantMetrics => ({
  key: tenantId,
  tenantId,
  position: 1,
  totalUsers: 3,
  activeUsers: 2,
  storageUsed: 2 ** 40,
  apiCallsCurrentMonth: 0,
  lastActivity: AT,
  subscriptionStatus: 'active',
})

const profile = (tenantId: string, key: string, changes: Partial<UserProfileView> = {}): UserProfileView => ({
  key,
  tenantId,
  position: 1,
  email: `${key}@orchard.example`,
  role: 'user',
  status: 'active',
  isActive: true,
  version: 1,
  createdAt: AT,
  updatedAt: AT,
  ...changes,
})

const sessionOf = (tenantId: string, key: string, userId: string): SessionView => ({
  key,
  tenantId,
  position: 1,
  userId,
  createdAt: AT,
  expiresAt: AT,
  lastActivity: AT,
  deviceInfo: { userAgent: 'test', platform: 'test' },
  ipAddress: '2001:db8::1',
  isActive: true,
})

const page = <Field extends string>(sortBy: Field, changes: Partial<PageRequest<Field>> = {}): PageRequest<Field> => ({
  page: 1,
  pageSize: 100,
  sortBy,
  sortOrder: 'asc',
  ...changes,
})

/** The checkpoint of a tenant whose rows nobody has replaced, unless another generation is given. */
const checkpoint = (position: number, generation = 0): Checkpoint => ({ position, generation })
const followed = (view: ViewName, from: number, to: number): Followed => ({ view, from, to, leftOut: false })

const keysOf = ({ items }: { readonly items: readonly { readonly key: string }[] }) => items.map(({ key }) => key)

/** What every adapter of `ProjectionStore` and `ReadModels` over one database does. Each test has tenants of its own. */
export function readModelsContract(open: () => ReadSide): void {
  /** A tenant with these users, projected up to position 10. */
  async function tenantWith(users: readonly Partial<UserProfileView>[]): Promise<string> {
    const tenantId = newId.tenant()
    const rows = users.map((changes, index) => profile(tenantId, `usr_${index}`, changes))
    expect(await open().store.commit(tenantId, checkpoint(0), 10, { ...NOTHING, user_profile: rows })).toBe('committed')
    return tenantId
  }

  describe('ShadowStore', () => {
    const REBUILT = ['user_profile', 'tenant_details'] as const

    it('takes rows beside the live ones, and swaps them in when it has come as far', async () => {
      const tenantId = newId.tenant()
      const { store, shadow, readModels } = open()
      const stale = [profile(tenantId, 'usr_a', { email: 'stale@x.example' }), profile(tenantId, 'usr_gone')]
      await store.commit(tenantId, checkpoint(0), 9, {
        ...NOTHING,
        user_profile: stale,
        tenant_details: [details(tenantId)],
      })
      expect(await shadow.open(tenantId, REBUILT)).toBe(0)
      const good = profile(tenantId, 'usr_a', { email: 'good@x.example' })
      const rows = { ...NOTHING, user_profile: [good], tenant_details: [details(tenantId)] }
      expect(await shadow.commit(tenantId, 0, 4, rows)).toBe('committed')
      expect(await shadow.commit(tenantId, 0, 4, rows)).toBe('conflict')
      expect(await shadow.swap(tenantId)).toBeUndefined()
      expect(await readModels.user(tenantId, 'usr_a')).toMatchObject({ row: { email: 'stale@x.example' } })
      // Interrupted, it goes on where it was.
      expect(await shadow.open(tenantId, REBUILT)).toBe(4)
      const wanted = { ...NOTHING_WANTED, user_profile: [{ key: 'usr_a' }] }
      expect(await shadow.load(tenantId, wanted)).toEqual({ ...NOTHING, user_profile: [good] })
      expect(await shadow.commit(tenantId, 4, 9, NOTHING)).toBe('committed')
      expect(await shadow.swap(tenantId)).toEqual({ user_profile: true, tenant_details: false })
      expect(await readModels.user(tenantId, 'usr_a')).toMatchObject({ row: { email: 'good@x.example' }, position: 9 })
      expect(await readModels.user(tenantId, 'usr_gone')).toEqual({ position: 9, viewVersion: VERSIONS.user_profile })
      expect(await shadow.open(tenantId, REBUILT)).toBe(0)
    })

    it('begins anew when other views are to be rebuilt', async () => {
      const tenantId = newId.tenant()
      const { store, shadow } = open()
      await store.commit(tenantId, checkpoint(0), 9, NOTHING)
      await shadow.open(tenantId, REBUILT)
      await shadow.commit(tenantId, 0, 4, { ...NOTHING, user_profile: [profile(tenantId, 'usr_a')] })
      expect(await shadow.open(tenantId, ['user_profile'])).toBe(0)
      expect(await shadow.load(tenantId, { ...NOTHING_WANTED, user_profile: [{ key: 'usr_a' }] })).toEqual(NOTHING)
    })

    it('writes nothing to a rebuild that another process has begun of other views, and swaps nothing with it', async () => {
      const tenantId = newId.tenant()
      const { store, shadow, otherShadow, readModels } = open()
      const live = { ...NOTHING, user_profile: [profile(tenantId, 'usr_a')] }
      await store.commit(tenantId, checkpoint(0), 9, live)
      await shadow.open(tenantId, ['auth_sessions'])
      await otherShadow.open(tenantId, REBUILT)
      expect(await shadow.commit(tenantId, 0, 9, NOTHING)).toBe('conflict')
      await expect(shadow.swap(tenantId)).rejects.toThrow('another rebuild')
      expect(await otherShadow.swap(tenantId)).toBeUndefined()
      expect(await otherShadow.commit(tenantId, 0, 9, live)).toBe('committed')
      await expect(shadow.swap(tenantId)).rejects.toThrow('another rebuild')
      expect(await otherShadow.swap(tenantId)).toEqual({ user_profile: false, tenant_details: false })
      expect((await readModels.user(tenantId, 'usr_a')).row).toMatchObject({ key: 'usr_a' })
      // Nothing is left of it, so nobody waits for it to come as far.
      await expect(otherShadow.swap(tenantId)).rejects.toThrow('another rebuild')
    })

    it('reads nothing of a rebuild that another process has begun', async () => {
      const tenantId = newId.tenant()
      const { shadow, otherShadow } = open()
      await shadow.open(tenantId, ['user_profile'])
      await otherShadow.open(tenantId, REBUILT)
      await otherShadow.commit(tenantId, 0, 9, { ...NOTHING, user_profile: [profile(tenantId, 'usr_a')] })
      await expect(shadow.load(tenantId, { ...NOTHING_WANTED, user_profile: [{ key: 'usr_a' }] })).rejects.toThrow(
        RebuildUnderWay,
      )
    })

    it('begins with no row of a rebuild that somebody was writing when it began', async () => {
      const rows = Array.from({ length: 2_000 }, (_, index) => `usr_${index}`)
      const races = Array.from({ length: 10 }, async () => {
        const tenantId = newId.tenant()
        const { shadow, otherShadow } = open()
        await shadow.open(tenantId, ['user_profile'])
        const [, begun] = await Promise.all([
          shadow.commit(tenantId, 0, 9, { ...NOTHING, user_profile: rows.map((key) => profile(tenantId, key)) }),
          otherShadow.open(tenantId, REBUILT),
        ])
        expect(begun).toBe(0)
        const found = await otherShadow.load(tenantId, {
          ...NOTHING_WANTED,
          user_profile: rows.map((key) => ({ key })),
        })
        expect(found.user_profile).toEqual([])
      })
      await Promise.all(races)
    })

    it('does not care what views leave out that are not in it', async () => {
      const tenantId = newId.tenant()
      const { store, shadow } = open()
      const stand = { position: 5, eventId: 'evt_5', eventType: 'user.updated', error: 'no sum', attempts: 3 }
      await store.commit(tenantId, checkpoint(0), 9, NOTHING, [{ view: 'auth_sessions', ...stand }])
      await shadow.open(tenantId, REBUILT)
      await shadow.commit(tenantId, 0, 9, NOTHING)
      await store.skip(tenantId, { view: 'auth_sessions', position: 5, reason: 'a faulty import', by: 'ops' })
      expect(await shadow.open(tenantId, REBUILT, { skipped: await store.skipped(tenantId) })).toBe(9)
      expect(await shadow.swap(tenantId)).toMatchObject({ user_profile: false })
    })

    it('goes on with rows that lack what is personal only where they may', async () => {
      const tenantId = newId.tenant()
      const { store, shadow } = open()
      await store.commit(tenantId, checkpoint(0), 9, NOTHING)
      const [lacking, whole] = [{ withoutKeys: true }, { withoutKeys: false }]
      for (const [first, other] of [
        [lacking, whole],
        [whole, lacking],
      ] as const) {
        expect(await shadow.open(tenantId, REBUILT, first)).toBe(0)
        await shadow.commit(tenantId, 0, 4, { ...NOTHING, user_profile: [profile(tenantId, 'usr_a')] })
        expect(await shadow.open(tenantId, REBUILT, first)).toBe(4)
        expect(await shadow.open(tenantId, REBUILT, other)).toBe(0)
      }
      await shadow.open(tenantId, REBUILT, lacking)
      await shadow.commit(tenantId, 0, 9, NOTHING)
      expect(await shadow.swap(tenantId)).toEqual({ user_profile: false, tenant_details: false })
      await shadow.open(tenantId, REBUILT, whole)
      await shadow.commit(tenantId, 0, 4, NOTHING)
      expect(await shadow.open(tenantId, REBUILT, whole)).toBe(4)
    })

    it('is not swapped in once somebody has had a view skip an event that is in it, and then begins anew', async () => {
      const tenantId = newId.tenant()
      const { store, shadow } = open()
      const views = ['user_profile', 'tenant_details'] as const
      const stand = { position: 5, eventId: 'evt_5', eventType: 'user.updated', error: 'no sum', attempts: 3 }
      await store.commit(
        tenantId,
        checkpoint(0),
        9,
        NOTHING,
        views.map((view) => ({ view, ...stand })),
      )
      for (const view of views) {
        const skipped = await store.skipped(tenantId)
        expect(await shadow.open(tenantId, REBUILT, { skipped })).toBe(0)
        await shadow.commit(tenantId, 0, 9, NOTHING)
        expect(await store.skip(tenantId, { view, position: 5, reason: 'a faulty import', by: 'ops' })).toBe(true)
        await expect(shadow.swap(tenantId)).rejects.toThrow(SkippedMeanwhile)
      }
      const skipped = await store.skipped(tenantId)
      expect(await shadow.open(tenantId, REBUILT, { skipped: skipped.toReversed() })).toBe(0)
      await shadow.commit(tenantId, 0, 9, NOTHING)
      expect(await shadow.open(tenantId, REBUILT, { skipped })).toBe(9)
      expect(await shadow.swap(tenantId)).toMatchObject({ user_profile: false })
      // What stood has gone: nobody has it skip anything any more.
      expect(await store.skip(tenantId, { view: 'user_profile', position: 5, reason: 'late', by: 'ops' })).toBe(false)
    })

    it('finds the sessions of a user, and nobody else’s', async () => {
      const tenantId = newId.tenant()
      const { shadow } = open()
      await shadow.open(tenantId, ['auth_sessions'])
      const sessions = [sessionOf(tenantId, 'ses_1', 'usr_a'), sessionOf(tenantId, 'ses_2', 'usr_b')]
      await shadow.commit(tenantId, 0, 1, { ...NOTHING, auth_sessions: sessions })
      const loaded = await shadow.load(tenantId, { ...NOTHING_WANTED, auth_sessions: [{ userId: 'usr_a' }] })
      expect(keysOf({ items: loaded.auth_sessions })).toEqual(['ses_1'])
    })

    it('ends the halt of a view that it replaces, and lets the projector go on behind it', async () => {
      const tenantId = newId.tenant()
      const { store, shadow } = open()
      const halted = { eventId: 'e', eventType: 't', error: 'x', attempts: 3 }
      await store.commit(tenantId, checkpoint(0), 9, NOTHING, [{ view: 'user_profile', position: 5, ...halted }])
      await shadow.open(tenantId, ['user_profile'])
      await shadow.commit(tenantId, 0, 9, { ...NOTHING, user_profile: [profile(tenantId, 'usr_a')] })
      expect(await shadow.swap(tenantId)).toEqual({ user_profile: true })
      expect(await store.state(tenantId)).toEqual({
        position: 9,
        generation: 1,
        halted: [],
        versions: CURRENT_VERSIONS,
      })
      expect(await store.commit(tenantId, checkpoint(9, 1), 12, NOTHING)).toBe('committed')
    })

    it('lets no page be written that was begun over the rows it has replaced, nor one with a halt', async () => {
      const tenantId = newId.tenant()
      const { store, shadow, readModels } = open()
      await store.commit(tenantId, checkpoint(0), 9, { ...NOTHING, user_profile: [profile(tenantId, 'usr_wrong')] })
      await shadow.open(tenantId, ['user_profile'])
      await shadow.commit(tenantId, 0, 9, { ...NOTHING, user_profile: [profile(tenantId, 'usr_right')] })
      expect(await shadow.swap(tenantId)).toEqual({ user_profile: true })
      const late = { ...NOTHING, user_profile: [profile(tenantId, 'usr_wrong', { position: 12 })] }
      const halt = {
        view: 'tenant_metrics',
        position: 12,
        eventId: 'e',
        eventType: 't',
        error: 'x',
        attempts: 3,
      } as const
      expect(await store.commit(tenantId, checkpoint(9), 12, late)).toBe('conflict')
      expect(await store.commit(tenantId, checkpoint(9), 12, late, [halt])).toBe('conflict')
      expect(await store.state(tenantId)).toEqual({
        position: 9,
        generation: 1,
        halted: [],
        versions: CURRENT_VERSIONS,
      })
      expect(keysOf(await readModels.users(tenantId, {}, page('email')))).toEqual(['usr_right'])
      expect(await store.commit(tenantId, checkpoint(9, 1), 12, NOTHING, [halt])).toBe('committed')
    })

    it('lets no page with a halt be written that was begun before, however close to the swap it comes', async () => {
      const halt = {
        view: 'user_profile',
        position: 12,
        eventId: 'e',
        eventType: 't',
        error: 'x',
        attempts: 0,
      } as const
      const races = Array.from({ length: 60 }, async () => {
        const tenantId = newId.tenant()
        const { store, shadow } = open()
        await store.commit(tenantId, checkpoint(0), 9, NOTHING)
        await shadow.open(tenantId, ['user_profile'])
        await shadow.commit(tenantId, 0, 9, NOTHING)
        const [swapped, written] = await Promise.all([
          shadow.swap(tenantId),
          store.commit(tenantId, checkpoint(9), 12, NOTHING, [halt]),
        ])
        expect(written).toBe(swapped === undefined ? 'committed' : 'conflict')
      })
      await Promise.all(races)
    })

    it('takes the place of a checkpoint that is lost, or was set back, with the rows of all views', async () => {
      const { store, shadow, readModels } = open()
      for (const before of [0, 4]) {
        const tenantId = newId.tenant()
        if (before > 0)
          await store.commit(tenantId, checkpoint(0), before, {
            ...NOTHING,
            user_profile: [profile(tenantId, 'usr_x')],
          })
        await shadow.open(tenantId, VIEW_NAMES)
        const rows = { ...NOTHING, user_profile: [profile(tenantId, 'usr_a')] }
        await shadow.commit(tenantId, 0, 9, rows)
        expect(await shadow.swap(tenantId)).toMatchObject({ user_profile: true, tenant_details: false })
        expect(await readModels.user(tenantId, 'usr_a')).toMatchObject({ row: { key: 'usr_a' }, position: 9 })
        expect(await store.commit(tenantId, checkpoint(before), 10, NOTHING)).toBe('conflict')
        expect(await store.commit(tenantId, checkpoint(9, 1), 10, NOTHING)).toBe('committed')
      }
    })

    it('never takes the place of a lost checkpoint with the rows of some views', async () => {
      const { store, shadow } = open()
      const tenantId = newId.tenant()
      await shadow.open(tenantId, ['user_profile'])
      await shadow.commit(tenantId, 0, 9, { ...NOTHING, user_profile: [profile(tenantId, 'usr_a')] })
      await expect(shadow.swap(tenantId)).rejects.toThrow('ahead')
      expect((await store.state(tenantId)).position).toBe(0)
    })

    it('lets one of two rebuilds go on', async () => {
      const tenantId = newId.tenant()
      const { shadow } = open()
      await shadow.open(tenantId, REBUILT)
      const results = await Promise.all(Array.from({ length: 5 }, () => shadow.commit(tenantId, 0, 3, NOTHING)))
      expect(results.filter((result) => result === 'committed')).toHaveLength(1)
    })
  })

  describe('ProjectionStore', () => {
    it('begins at 0, without rows', async () => {
      const tenantId = newId.tenant()
      const { store, readModels } = open()
      expect(await store.state(tenantId)).toEqual({
        position: 0,
        generation: 0,
        halted: [],
        versions: CURRENT_VERSIONS,
      })
      expect(await store.load(tenantId, { ...NOTHING_WANTED, user_profile: [{ key: 'usr_0' }] })).toEqual(NOTHING)
      expect(await readModels.tenant(tenantId)).toEqual({ position: 0 })
    })

    it('gives every row back as it was written', async () => {
      const tenantId = newId.tenant()
      const { store, readModels } = open()
      const rows: ViewPage = {
        tenant_details: [
          details(tenantId, { subscriptionPlan: { custom: 'gold' }, metadata: { a: [1, null, { b: 'é"\\' }] } }),
        ],
        tenant_metrics: [metrics(tenantId)],
        user_profile: [
          profile(tenantId, 'usr_a', { displayName: 'Ada', lastLogin: AT, metadata: {} }),
          profile(tenantId, 'usr_b', { role: { custom: 'gardener' } }),
        ],
        auth_sessions: [sessionOf(tenantId, 'ses_a', 'usr_a')],
      }
      expect(await store.commit(tenantId, checkpoint(0), 7, rows)).toBe('committed')
      expect(await readModels.tenant(tenantId)).toEqual({
        row: rows.tenant_details[0],
        position: 7,
        viewVersion: VERSIONS.tenant_details,
      })
      expect(await readModels.metrics(tenantId)).toEqual({
        row: rows.tenant_metrics[0],
        position: 7,
        viewVersion: VERSIONS.tenant_metrics,
      })
      expect(await readModels.user(tenantId, 'usr_a')).toEqual({
        row: rows.user_profile[0],
        position: 7,
        viewVersion: VERSIONS.user_profile,
      })
      expect(await readModels.user(tenantId, 'usr_none')).toEqual({ position: 7, viewVersion: VERSIONS.user_profile })
      expect((await store.state(tenantId)).position).toBe(7)
      const wanted = {
        tenant_details: [{ key: tenantId }],
        tenant_metrics: [{ key: tenantId }],
        user_profile: [{ key: 'usr_a' }, { key: 'usr_b' }, { key: 'usr_none' }],
        auth_sessions: [{ userId: 'usr_a' }],
      }
      const loaded = await store.load(tenantId, wanted)
      expect({ ...loaded, user_profile: loaded.user_profile.toSorted((a, b) => (a.key < b.key ? -1 : 1)) }).toEqual(
        rows,
      )
    })

    it('says of rows which version of their view has made them', async () => {
      const tenantId = newId.tenant()
      const { store, readModels, session } = open()
      const rows = { ...NOTHING, user_profile: [profile(tenantId, 'usr_a')], tenant_details: [details(tenantId)] }
      await store.commit(tenantId, checkpoint(0), 7, rows)
      await session.transaction({ tenantId }, [
        {
          text: `update read_models.checkpoint set versions = versions || '{"user_profile":0}' where tenant_id = $1`,
          params: [tenantId],
        },
      ])
      expect(await readModels.user(tenantId, 'usr_a')).toMatchObject({ viewVersion: 0 })
      expect(await readModels.users(tenantId, {}, page('email'))).toMatchObject({ total: 1, viewVersion: 0 })
      expect(await readModels.tenant(tenantId)).toMatchObject({ viewVersion: VERSIONS.tenant_details })
    })

    it('finds the sessions of a user and those asked for by key, each once', async () => {
      const tenantId = newId.tenant()
      const { store } = open()
      const sessions = [
        sessionOf(tenantId, 'ses_1', 'usr_a'),
        sessionOf(tenantId, 'ses_2', 'usr_b'),
        sessionOf(tenantId, 'ses_3', 'usr_a'),
      ]
      await store.commit(tenantId, checkpoint(0), 1, { ...NOTHING, auth_sessions: sessions })
      const loaded = await store.load(tenantId, {
        ...NOTHING_WANTED,
        auth_sessions: [{ userId: 'usr_a' }, { key: 'ses_1' }],
      })
      expect(loaded.auth_sessions.map(({ key }) => key).toSorted()).toEqual(['ses_1', 'ses_3'])
    })

    it('loads rows to fold a page over only where the checkpoint is where the page begins', async () => {
      const tenantId = newId.tenant()
      const { store } = open()
      const wanted = { ...NOTHING_WANTED, tenant_details: [{ key: tenantId }] }
      expect(await store.loadAt(tenantId, checkpoint(0), wanted)).toEqual(NOTHING)
      expect(await store.loadAt(tenantId, checkpoint(5), wanted)).toBeUndefined()
      const rows = { ...NOTHING, tenant_details: [details(tenantId)] }
      await store.commit(tenantId, checkpoint(0), 5, rows)
      expect(await store.loadAt(tenantId, checkpoint(5), wanted)).toEqual(rows)
      expect(await store.loadAt(tenantId, checkpoint(5), NOTHING_WANTED)).toEqual(NOTHING)
      for (const position of [0, 4, 6])
        expect(await store.loadAt(tenantId, checkpoint(position), wanted)).toBeUndefined()
    })

    it('refuses a page that does not begin at the checkpoint, and writes nothing of it', async () => {
      const tenantId = newId.tenant()
      const { store, readModels } = open()
      const rows = { ...NOTHING, tenant_details: [details(tenantId, { name: 'Late', position: 99 })] }
      expect(await store.commit(tenantId, checkpoint(3), 9, rows)).toBe('conflict')
      expect(await store.commit(tenantId, checkpoint(0), 5, { ...NOTHING, tenant_details: [details(tenantId)] })).toBe(
        'committed',
      )
      for (const from of [0, 4, 6]) expect(await store.commit(tenantId, checkpoint(from), 9, rows)).toBe('conflict')
      expect(await readModels.tenant(tenantId)).toMatchObject({ row: { name: 'Orchard' }, position: 5 })
    })

    it('lets one of many projectors win each page', async () => {
      const tenantId = newId.tenant()
      const { store } = open()
      for (const [from, to] of [
        [0, 4],
        [4, 8],
      ] as const) {
        const results = await Promise.all(
          Array.from({ length: 8 }, () =>
            store.commit(tenantId, checkpoint(from), to, {
              ...NOTHING,
              user_profile: [profile(tenantId, 'usr_a', { position: to })],
            }),
          ),
        )
        expect(results.filter((result) => result === 'committed')).toHaveLength(1)
      }
      expect((await store.state(tenantId)).position).toBe(8)
    })

    it('loads and writes pages of several tenants at once, each for itself', async () => {
      const tenants = [newId.tenant(), newId.tenant(), newId.tenant()] as const
      const { store, readModels } = open()
      const orchard = (tenantId: string, position: number) => ({
        ...NOTHING,
        tenant_details: [details(tenantId, { name: `Name of ${tenantId}`, position })],
        user_profile: [profile(tenantId, 'usr_a', { position })],
        auth_sessions: [sessionOf(tenantId, 'ses_1', 'usr_a'), sessionOf(tenantId, 'ses_2', 'usr_a')],
      })
      const first = await Promise.all(
        tenants.map((tenantId) => store.commit(tenantId, checkpoint(0), 3, orchard(tenantId, 3))),
      )
      expect(first).toEqual(['committed', 'committed', 'committed'])
      const [one, moved, other] = tenants
      await store.commit(moved, checkpoint(3), 5, orchard(moved, 5))
      const wanted = {
        ...NOTHING_WANTED,
        user_profile: [{ key: 'usr_a' }],
        auth_sessions: [{ userId: 'usr_a' }, { key: 'ses_2' }],
      }
      const loaded = await Promise.all(tenants.map((tenantId) => store.loadAt(tenantId, checkpoint(3), wanted)))
      expect(loaded.map((rows) => rows?.user_profile[0]?.tenantId)).toEqual([one, undefined, other])
      expect(loaded.map((rows) => rows?.auth_sessions.length)).toEqual([2, undefined, 2])
      const second = await Promise.all(
        tenants.map((tenantId) => store.commit(tenantId, checkpoint(3), 9, orchard(tenantId, 9))),
      )
      expect(second).toEqual(['committed', 'conflict', 'committed'])
      for (const tenantId of tenants) {
        const position = tenantId === moved ? 5 : 9
        expect(await readModels.tenant(tenantId)).toMatchObject({ row: { name: `Name of ${tenantId}` }, position })
      }
    })

    it('keeps no tenant from going on where the rows of another cannot be written', async () => {
      const [one, poisoned, other] = [newId.tenant(), newId.tenant(), newId.tenant()]
      const { store } = open()
      const orchard = (tenantId: string, position: number) => ({
        ...NOTHING,
        tenant_details: [details(tenantId, { position })],
      })
      const results = await Promise.all([
        store.commit(one, checkpoint(0), 2, orchard(one, 2)),
        store.commit(poisoned, checkpoint(0), 2, orchard(poisoned, 0.5)),
        store.commit(other, checkpoint(0), 2, orchard(other, 2)),
      ])
      const refused = { refused: 'the database does not take the row (SQLSTATE 22P02)' }
      expect(results).toEqual(['committed', refused, 'committed'])
      const positions = [one, poisoned, other].map(async (tenantId) => (await store.state(tenantId)).position)
      expect(await Promise.all(positions)).toEqual([2, 0, 2])
    })

    const halt = (position: number, change: Partial<Halt> = {}): Halt => ({
      view: 'user_profile',
      position,
      eventId: `event ${position}`,
      eventType: 'user.cloned',
      error: 'UnreadableEvent: unknown',
      attempts: 3,
      ...change,
    })

    it('halts views in the transaction of their rows, and says how far each has followed', async () => {
      const tenantId = newId.tenant()
      const { store, readModels } = open()
      const rows = { ...NOTHING, user_profile: [profile(tenantId, 'usr_a')], tenant_details: [details(tenantId)] }
      expect(await store.commit(tenantId, checkpoint(3), 9, rows, [halt(5)])).toBe('conflict')
      expect(await store.halts(tenantId)).toEqual([])
      expect(await store.commit(tenantId, checkpoint(0), 9, rows, [halt(5)])).toBe('committed')
      const state = await store.state(tenantId)
      expect(state).toEqual({
        position: 9,
        generation: 0,
        halted: [{ view: 'user_profile', position: 5 }],
        versions: CURRENT_VERSIONS,
      })
      expect([positionOfView(state, 'user_profile'), positionOfView(state, 'tenant_details')]).toEqual([4, 9])
      expect(await store.halts(tenantId)).toEqual([halt(5)])
      expect(await readModels.user(tenantId, 'usr_a')).toMatchObject({ position: 4 })
      expect((await readModels.users(tenantId, {}, page('email'))).position).toBe(4)
      expect(await readModels.tenant(tenantId)).toMatchObject({ position: 9 })
      expect(await store.halts(newId.tenant())).toEqual([])
    })

    it('moves a halted view on, page by page, and ends the halt where the others are', async () => {
      const tenantId = newId.tenant()
      const { store, readModels } = open()
      await store.commit(tenantId, checkpoint(0), 9, NOTHING, [halt(5)])
      const upTo = (position: number) => ({ ...NOTHING, user_profile: [profile(tenantId, 'usr_a', { position })] })
      expect(await store.catchUp(tenantId, followed('user_profile', 3, 6), upTo(6))).toBe('conflict')
      expect(await store.catchUp(tenantId, followed('tenant_details', 4, 6), upTo(6))).toBe('conflict')
      expect(await store.catchUp(tenantId, followed('user_profile', 4, 6), upTo(6))).toBe('committed')
      expect(await store.halts(tenantId)).toMatchObject([{ position: 7, attempts: 3 }])
      expect(await store.catchUp(tenantId, followed('user_profile', 6, 7), upTo(7), halt(8, { attempts: 6 }))).toBe(
        'committed',
      )
      expect(await store.halts(tenantId)).toEqual([halt(8, { attempts: 6 })])
      await store.commit(tenantId, checkpoint(9), 10, NOTHING)
      expect(await store.catchUp(tenantId, followed('user_profile', 7, 10), upTo(10))).toBe('done')
      expect(await store.state(tenantId)).toEqual({
        position: 10,
        generation: 1,
        halted: [],
        versions: CURRENT_VERSIONS,
      })
      expect(await readModels.user(tenantId, 'usr_a')).toMatchObject({ position: 10, row: { position: 10 } })
    })

    it('moves no halted view on that somebody has had leave out the event it stands at, or not', async () => {
      const tenantId = newId.tenant()
      const { store } = open()
      await store.commit(tenantId, checkpoint(0), 9, NOTHING, [halt(5)])
      const leavingOut = { ...followed('user_profile', 4, 6), leftOut: true }
      expect(await store.catchUp(tenantId, leavingOut, NOTHING)).toBe('conflict')
      await store.skip(tenantId, { view: 'user_profile', position: 5, reason: 'a faulty import', by: 'ops' })
      expect(await store.catchUp(tenantId, followed('user_profile', 4, 6), NOTHING)).toBe('conflict')
      expect(await store.catchUp(tenantId, leavingOut, NOTHING)).toBe('committed')
      expect(await store.catchUp(tenantId, followed('user_profile', 6, 9), NOTHING)).toBe('done')
    })

    it('moves no halted view on beyond the checkpoint, which a crash may have set back', async () => {
      const tenantId = newId.tenant()
      const { store } = open()
      await store.commit(tenantId, checkpoint(0), 9, NOTHING, [halt(5)])
      expect(await store.catchUp(tenantId, followed('user_profile', 4, 10), NOTHING)).toBe('conflict')
      expect(await store.halts(tenantId)).toEqual([halt(5)])
    })

    it('lets no page be written that was begun without a view that follows again', async () => {
      const tenantId = newId.tenant()
      const { store } = open()
      await store.commit(tenantId, checkpoint(0), 9, NOTHING, [halt(5)])
      const before = await store.state(tenantId)
      expect(await store.catchUp(tenantId, followed('user_profile', 4, 6), NOTHING)).toBe('committed')
      expect(await store.state(tenantId)).toMatchObject({ generation: before.generation })
      expect(await store.catchUp(tenantId, followed('user_profile', 6, 9), NOTHING)).toBe('done')
      expect(await store.commit(tenantId, before, 12, NOTHING)).toBe('conflict')
      const after = await store.state(tenantId)
      expect(after).toEqual({ position: 9, generation: before.generation + 1, halted: [], versions: CURRENT_VERSIONS })
      expect(await store.commit(tenantId, after, 12, NOTHING)).toBe('committed')
    })

    it('remembers what a view is to leave out, if it stands there', async () => {
      const tenantId = newId.tenant()
      const { session, store } = open()
      await store.commit(tenantId, checkpoint(0), 9, NOTHING, [halt(5)])
      const skipped = { view: 'user_profile', position: 5, reason: 'a faulty import', by: 'ops' } as const
      expect(await store.skip(tenantId, { ...skipped, position: 6 })).toBe(false)
      expect(await store.skip(tenantId, { ...skipped, view: 'tenant_details' })).toBe(false)
      expect(await store.skipped(tenantId)).toEqual([])
      expect(await store.skip(tenantId, skipped)).toBe(true)
      expect(await store.skip(tenantId, { ...skipped, reason: 'another', by: 'others' })).toBe(true)
      const [audit] = await session.transaction({ tenantId }, [
        { text: 'select reason, skipped_by from read_models.skipped_event where tenant_id = $1', params: [tenantId] },
      ])
      expect(audit).toEqual([{ reason: 'a faulty import', skipped_by: 'ops' }])
      expect(await store.skipped(tenantId)).toEqual([{ view: 'user_profile', position: 5 }])
      expect(await store.skipped(newId.tenant())).toEqual([])
    })

    it('never lets an older row replace a newer one', async () => {
      const tenantId = newId.tenant()
      const { store, readModels } = open()
      await store.commit(tenantId, checkpoint(0), 5, {
        ...NOTHING,
        user_profile: [profile(tenantId, 'usr_a', { position: 5, email: 'new@x.example' })],
      })
      await store.commit(tenantId, checkpoint(5), 6, {
        ...NOTHING,
        user_profile: [profile(tenantId, 'usr_a', { position: 4, email: 'old@x.example' })],
      })
      expect(await readModels.user(tenantId, 'usr_a')).toMatchObject({ row: { email: 'new@x.example' }, position: 6 })
    })

    it('writes and reads pages of thousands of rows', async () => {
      const tenantId = await tenantWith(Array.from({ length: 2_500 }, (_, index) => ({ displayName: `User ${index}` })))
      const loaded = await open().store.load(tenantId, {
        ...NOTHING_WANTED,
        user_profile: Array.from({ length: 2_000 }, (_, index) => ({ key: `usr_${index}` })),
      })
      expect(loaded.user_profile).toHaveLength(2_000)
      expect((await open().readModels.users(tenantId, {}, page('createdAt'))).total).toBe(2_500)
    })

    it('takes every text an event can carry, so that none halts the projection', async () => {
      const tenantId = await tenantWith([
        { displayName: 'lone \ud800 half', metadata: { 'nul\u0000': ['\u0000', 'back\\\\u0000slash'] } },
      ])
      const { row } = await open().readModels.user(tenantId, 'usr_0')
      // What PostgreSQL cannot hold is shown as U+FFFD; the log keeps it as it was.
      expect(row).toMatchObject({
        displayName: 'lone \ufffd half',
        metadata: { 'nul\ufffd': ['\ufffd', 'back\\\\u0000slash'] },
      })
    })
  })

  describe('ReadModels', () => {
    it('pages through users in the order asked for, with the total and the position', async () => {
      const names = ['b', 'a', 'd', 'c', 'e']
      const tenantId = await tenantWith(names.map((name) => ({ displayName: name })))
      const { readModels } = open()
      const second = await readModels.users(tenantId, {}, page('displayName', { page: 2, pageSize: 2 }))
      expect(second).toMatchObject({ total: 5, position: 10 })
      expect(keysOf(second)).toEqual(['usr_3', 'usr_2'])
      expect(keysOf(await readModels.users(tenantId, {}, page('displayName', { sortOrder: 'desc' })))).toEqual([
        'usr_4',
        'usr_2',
        'usr_3',
        'usr_0',
        'usr_1',
      ])
      expect(await readModels.users(tenantId, {}, page('displayName', { page: 9 }))).toEqual({
        items: [],
        total: 5,
        position: 10,
        viewVersion: VERSIONS.user_profile,
      })
    })

    it('counts what it shows, however many are added meanwhile', async () => {
      const tenantId = await tenantWith([{}])
      const { store, readModels } = open()
      const adding = async () => {
        for (let at = 1; at <= 30; at++)
          await store.commit(tenantId, checkpoint(9 + at), 10 + at, {
            ...NOTHING,
            user_profile: [profile(tenantId, `more_${at}`)],
          })
      }
      const reading = async () => {
        for (let times = 0; times < 30; times++) {
          const found = await readModels.users(tenantId, {}, page('createdAt'))
          expect([found.items.length, found.position]).toEqual([found.total, found.total + 9])
        }
      }
      await Promise.all([adding(), reading(), reading()])
      expect((await readModels.users(tenantId, {}, page('createdAt', { page: 9 }))).total).toBe(31)
    })

    it('sorts by bytes, whatever the language of the database', async () => {
      const tenantId = await tenantWith(['a', 'B', 'Z', 'é', 'A', 'z'].map((displayName) => ({ displayName })))
      const { items } = await open().readModels.users(tenantId, {}, page('displayName'))
      expect(items.map(({ displayName }) => displayName)).toEqual(['A', 'B', 'Z', 'a', 'z', 'é'])
    })

    it('keeps rows that sort alike in one order over all pages', async () => {
      const tenantId = await tenantWith(Array.from({ length: 25 }, () => ({})))
      const seen: string[] = []
      for (let number = 1; number <= 5; number++) {
        seen.push(
          ...keysOf(await open().readModels.users(tenantId, {}, page('createdAt', { page: number, pageSize: 5 }))),
        )
      }
      expect(new Set(seen).size).toBe(25)
    })

    it('sorts by time', async () => {
      const times = ['2026-01-01T00:00:00.000Z', '2025-12-31T23:59:59.999Z', '2026-01-01T00:00:00.001Z']
      const tenantId = await tenantWith(times.map((updatedAt) => ({ updatedAt })))
      expect(keysOf(await open().readModels.users(tenantId, {}, page('updatedAt')))).toEqual([
        'usr_1',
        'usr_0',
        'usr_2',
      ])
    })

    it('filters users by status, role and part of address or name', async () => {
      const tenantId = await tenantWith([
        { status: 'invited', email: 'Ada@Orchard.example', displayName: 'Ada Quince' },
        { status: 'active', role: 'admin', email: 'ben@orchard.example' },
        { status: 'active', email: 'eve@pear.example', displayName: 'Adabel' },
      ])
      const find = async (filters: Parameters<ReadModels['users']>[1]) =>
        keysOf(await open().readModels.users(tenantId, filters, page('email')))
      expect(await find({ status: 'active' })).toEqual(['usr_1', 'usr_2'])
      expect(await find({ role: 'admin' })).toEqual(['usr_1'])
      expect(await find({ search: 'ADA' })).toEqual(['usr_0', 'usr_2'])
      expect(await find({ search: 'pear.' })).toEqual(['usr_2'])
      expect(await find({ search: 'ada', status: 'active' })).toEqual(['usr_2'])
      expect(await find({ search: 'nobody' })).toEqual([])
    })

    it('searches without regard to case in every language', async () => {
      const tenantId = await tenantWith([
        { displayName: 'Ärzte für Gärten' },
        { displayName: 'ÇELA Shpk' },
        { displayName: 'Ñandú' },
      ])
      const find = async (search: string) => keysOf(await open().readModels.users(tenantId, { search }, page('email')))
      expect(await find('Ärzte')).toEqual(['usr_0'])
      expect(await find('ärzte FÜR')).toEqual(['usr_0'])
      expect(await find('çela')).toEqual(['usr_1'])
      expect(await find('ñANDÚ')).toEqual(['usr_2'])
    })

    it('takes the signs of patterns for what they are', async () => {
      const tenantId = await tenantWith([
        { displayName: '100% sure' },
        { displayName: 'a_b' },
        { displayName: 'back\\slash' },
        { displayName: 'plain' },
      ])
      const find = async (search: string) => keysOf(await open().readModels.users(tenantId, { search }, page('email')))
      expect(await find('%')).toEqual(['usr_0'])
      expect(await find('_b')).toEqual(['usr_1'])
      expect(await find('\\')).toEqual(['usr_2'])
      expect(await find(`' or true --`)).toEqual([])
    })

    it('lists tenants across tenants, by plan, status and part of the name', async () => {
      const mark = newId.tenant().slice(-12)
      const { store, readModels } = open()
      const plans = [
        { name: `Zebra ${mark}` },
        { name: `Ärger ${mark}`, subscriptionPlan: { custom: 'gold' } },
        { name: `apple ${mark}`, status: 'pendingDeletion' },
      ] as const
      const ids: string[] = []
      for (const changes of plans) {
        const tenantId = newId.tenant()
        ids.push(tenantId)
        await store.commit(tenantId, checkpoint(0), 1, { ...NOTHING, tenant_details: [details(tenantId, changes)] })
      }
      const find = async (filters: Parameters<ReadModels['tenants']>[0]) => {
        const { items, total } = await readModels.tenants({ name: mark, ...filters }, page('name'))
        expect(total).toBe(items.length)
        return items.map(({ tenantId }) => ids.indexOf(tenantId))
      }
      expect(await find({})).toEqual([0, 2, 1])
      expect(await find({ plan: 'gold' })).toEqual([1])
      expect(await find({ plan: 'free' })).toEqual([0, 2])
      expect(await find({ status: 'pendingDeletion' })).toEqual([2])
      expect(await find({ name: `ärger ${mark.toUpperCase()}` })).toEqual([1])
    })

    it('answers a ping', async () => {
      await expect(open().readModels.ping()).resolves.toBeUndefined()
    })
  })

  describe('the wall between tenants', () => {
    /** Every table, and a row of it by the columns that have no default. */
    const row = { tenant_id: '$1', key: `'x'`, position: '5', data: `'{}'` }
    const met = { event_id: `'e'`, event_type: `'t'`, error: `'x'` }
    const inserts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
      checkpoint: { tenant_id: '$1', position: '5' },
      halt: { tenant_id: '$1', view: `'v'`, position: '5', attempts: '1', ...met },
      skipped_event: { tenant_id: '$1', view: `'v'`, position: '5', reason: `'r'`, skipped_by: `'s'`, ...met },
      shadow: { tenant_id: '$1', views: `'{}'` },
      shadow_row: { view: `'v'`, ...row },
      tenant_details: row,
      tenant_metrics: row,
      user_profile: row,
      auth_sessions: row,
    }
    const tables = Object.keys(inserts)

    async function two() {
      const [mine, foreign] = [newId.tenant(), newId.tenant()]
      for (const tenantId of [mine, foreign]) {
        const rows = {
          tenant_details: [details(tenantId)],
          tenant_metrics: [metrics(tenantId)],
          user_profile: [profile(tenantId, 'usr_a')],
          auth_sessions: [sessionOf(tenantId, 'ses_a', 'usr_a')],
        }
        const { store, shadow } = open()
        const halt = { eventId: 'e', eventType: 't', error: 'x', attempts: 3 }
        await store.commit(tenantId, checkpoint(0), 1, rows, [{ view: 'user_profile', position: 1, ...halt }])
        await store.skip(tenantId, { view: 'user_profile', position: 1, reason: 'r', by: 's' })
        await shadow.open(tenantId, ['user_profile'])
        await shadow.commit(tenantId, 0, 1, { ...NOTHING, user_profile: [profile(tenantId, 'usr_a')] })
      }
      return { mine, foreign, session: open().session }
    }

    it('shows a tenant no row of another, even without a condition', async () => {
      const { mine, session } = await two()
      for (const table of tables) {
        const [rows] = await session.transaction({ tenantId: mine }, [
          { text: `select tenant_id from read_models.${table}` },
        ])
        expect([table, rows]).toEqual([table, [{ tenant_id: mine }]])
      }
    })

    it('lets a tenant neither add nor change nor take a row of another', async () => {
      const { mine, foreign, session } = await two()
      for (const table of tables) {
        const columns = Object.keys(inserts[table] ?? {}).join(', ')
        const values = Object.values(inserts[table] ?? {}).join(', ')
        const insert = {
          text: `insert into read_models.${table} (${columns}) values (${values})`,
          params: [`${foreign}x`],
        }
        await expect(session.transaction({ tenantId: mine }, [insert])).rejects.toSatisfy(
          (fault) => sqlState(fault) === '42501',
        )
        const move = { text: `update read_models.${table} set tenant_id = $1`, params: [`${foreign}x`] }
        await expect(session.transaction({ tenantId: mine }, [move])).rejects.toSatisfy(
          (fault) => sqlState(fault) === '42501',
        )
        const writes = await session.transaction({ tenantId: mine }, [
          { text: `update read_models.${table} set position = 9 where tenant_id = $1 returning 1`, params: [foreign] },
          { text: `delete from read_models.${table} where tenant_id = $1 returning 1`, params: [foreign] },
        ])
        expect([table, writes]).toEqual([table, [[], []]])
      }
    })

    it('stands around the tenants of a call that are projected together', async () => {
      const { mine, foreign, session } = await two()
      const enter = { text: 'select read_models.enter_all($1::text[])', params: [[mine, newId.tenant()]] }
      for (const table of ['checkpoint', 'tenant_details', 'tenant_metrics', 'user_profile', 'auth_sessions']) {
        const change = `update read_models.${table} set position = 9`
        const [, seen, changed] = await session.transaction('owner', [
          enter,
          { text: `select tenant_id from read_models.${table}` },
          { text: `${change} returning tenant_id` },
        ])
        expect([table, seen, changed]).toEqual([table, [{ tenant_id: mine }], [{ tenant_id: mine }]])
        const move = { text: `update read_models.${table} set tenant_id = $1`, params: [foreign] }
        await expect(session.transaction('owner', [enter, move])).rejects.toSatisfy(
          (fault) => sqlState(fault) === '42501',
        )
      }
    })

    it('lets the platform read every tenant and write none', async () => {
      const { mine, foreign, session } = await two()
      for (const table of tables) {
        const [rows] = await session.transaction('platform', [
          { text: `select tenant_id from read_models.${table} where tenant_id in ($1, $2)`, params: [mine, foreign] },
        ])
        expect([table, rows?.length]).toEqual([table, 2])
        const writes = await session.transaction('platform', [
          { text: `update read_models.${table} set position = 9 where tenant_id = $1 returning 1`, params: [mine] },
          { text: `delete from read_models.${table} where tenant_id = $1 returning 1`, params: [mine] },
        ])
        expect([table, writes]).toEqual([table, [[], []]])
      }
    })
  })
}
