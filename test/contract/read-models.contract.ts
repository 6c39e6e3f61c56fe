import { describe, expect, it } from 'vitest'
import { newId } from '#domain/new-id.ts'
import type { PageRequest, ProjectionStore, ReadModels } from '#domain/ports/read-models.ts'
import type { ViewPage } from '#domain/projection/views.ts'
import type { SessionView } from '#domain/auth/views/auth-sessions.view.ts'
import type { TenantDetails } from '#domain/tenant/views/tenant-details.view.ts'
import type { TenantMetrics } from '#domain/tenant/views/tenant-metrics.view.ts'
import type { UserProfileView } from '#domain/user/views/user-profile.view.ts'
import { sqlState, type SqlSession } from '#infrastructure/postgres/sql-session.ts'
import { settings } from '../support/commands.ts'

export interface ReadSide {
  readonly store: ProjectionStore
  readonly readModels: ReadModels
  readonly session: SqlSession
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

const keysOf = ({ items }: { readonly items: readonly { readonly key: string }[] }) => items.map(({ key }) => key)

/** What every adapter of `ProjectionStore` and `ReadModels` over one database does. Each test has tenants of its own. */
export function readModelsContract(open: () => ReadSide): void {
  /** A tenant with these users, projected up to position 10. */
  async function tenantWith(users: readonly Partial<UserProfileView>[]): Promise<string> {
    const tenantId = newId.tenant()
    const rows = users.map((changes, index) => profile(tenantId, `usr_${index}`, changes))
    expect(await open().store.commit(tenantId, 0, 10, { ...NOTHING, user_profile: rows })).toBe('committed')
    return tenantId
  }

  describe('ProjectionStore', () => {
    it('begins at 0, without rows', async () => {
      const tenantId = newId.tenant()
      const { store, readModels } = open()
      expect(await store.checkpoint(tenantId)).toBe(0)
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
      expect(await store.commit(tenantId, 0, 7, rows)).toBe('committed')
      expect(await readModels.tenant(tenantId)).toEqual({ row: rows.tenant_details[0], position: 7 })
      expect(await readModels.metrics(tenantId)).toEqual({ row: rows.tenant_metrics[0], position: 7 })
      expect(await readModels.user(tenantId, 'usr_a')).toEqual({ row: rows.user_profile[0], position: 7 })
      expect(await readModels.user(tenantId, 'usr_none')).toEqual({ position: 7 })
      expect(await store.checkpoint(tenantId)).toBe(7)
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

    it('finds the sessions of a user and those asked for by key, each once', async () => {
      const tenantId = newId.tenant()
      const { store } = open()
      const sessions = [
        sessionOf(tenantId, 'ses_1', 'usr_a'),
        sessionOf(tenantId, 'ses_2', 'usr_b'),
        sessionOf(tenantId, 'ses_3', 'usr_a'),
      ]
      await store.commit(tenantId, 0, 1, { ...NOTHING, auth_sessions: sessions })
      const loaded = await store.load(tenantId, {
        ...NOTHING_WANTED,
        auth_sessions: [{ userId: 'usr_a' }, { key: 'ses_1' }],
      })
      expect(loaded.auth_sessions.map(({ key }) => key).toSorted()).toEqual(['ses_1', 'ses_3'])
    })

    it('refuses a page that does not begin at the checkpoint, and writes nothing of it', async () => {
      const tenantId = newId.tenant()
      const { store, readModels } = open()
      const rows = { ...NOTHING, tenant_details: [details(tenantId, { name: 'Late', position: 99 })] }
      expect(await store.commit(tenantId, 3, 9, rows)).toBe('conflict')
      expect(await store.commit(tenantId, 0, 5, { ...NOTHING, tenant_details: [details(tenantId)] })).toBe('committed')
      for (const from of [0, 4, 6]) expect(await store.commit(tenantId, from, 9, rows)).toBe('conflict')
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
            store.commit(tenantId, from, to, {
              ...NOTHING,
              user_profile: [profile(tenantId, 'usr_a', { position: to })],
            }),
          ),
        )
        expect(results.filter((result) => result === 'committed')).toHaveLength(1)
      }
      expect(await store.checkpoint(tenantId)).toBe(8)
    })

    it('never lets an older row replace a newer one', async () => {
      const tenantId = newId.tenant()
      const { store, readModels } = open()
      await store.commit(tenantId, 0, 5, {
        ...NOTHING,
        user_profile: [profile(tenantId, 'usr_a', { position: 5, email: 'new@x.example' })],
      })
      await store.commit(tenantId, 5, 6, {
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
      })
    })

    it('counts what it shows, however many are added meanwhile', async () => {
      const tenantId = await tenantWith([{}])
      const { store, readModels } = open()
      const adding = async () => {
        for (let at = 1; at <= 30; at++)
          await store.commit(tenantId, 9 + at, 10 + at, { ...NOTHING, user_profile: [profile(tenantId, `more_${at}`)] })
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
        await store.commit(tenantId, 0, 1, { ...NOTHING, tenant_details: [details(tenantId, changes)] })
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
    const tables = ['checkpoint', 'tenant_details', 'tenant_metrics', 'user_profile', 'auth_sessions']

    async function two() {
      const [mine, foreign] = [newId.tenant(), newId.tenant()]
      for (const tenantId of [mine, foreign]) {
        const rows = {
          tenant_details: [details(tenantId)],
          tenant_metrics: [metrics(tenantId)],
          user_profile: [profile(tenantId, 'usr_a')],
          auth_sessions: [sessionOf(tenantId, 'ses_a', 'usr_a')],
        }
        await open().store.commit(tenantId, 0, 1, rows)
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
        const columns = table === 'checkpoint' ? 'tenant_id, position' : 'tenant_id, key, position, data'
        const values = table === 'checkpoint' ? `$1, 5` : `$1, 'x', 5, '{}'`
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
