import { describe, expect, it } from 'vitest'
import { sqlState, type SqlSession } from '#infrastructure/postgres/sql-session.ts'

/** SQLSTATE of what a promise failed with; undefined when it did not fail, or not with one. */
const failure = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => undefined,
    (fault: unknown) => sqlState(fault),
  )

/** What every adapter of `SqlSession` does. `open` gives a session on a database with the product's schemas. */
export function sqlSessionContract(open: () => SqlSession): void {
  describe('SqlSession', () => {
    it('gives the rows of each statement, in order, as objects', async () => {
      const results = await open().transaction('owner', [
        { text: 'select $1::text as a, $2::int as b', params: ['x', 2] },
        { text: 'select 1 as n where false' },
        { text: 'select n from generate_series(1, 3) n' },
      ])
      expect(results).toEqual([[{ a: 'x', b: 2 }], [], [{ n: 1 }, { n: 2 }, { n: 3 }]])
    })

    it('gives the results of the statements alone when a scope is set', async () => {
      const session = open()
      expect(await session.transaction({ tenantId: 'ten_a' }, [{ text: 'select 1 as n' }])).toEqual([[{ n: 1 }]])
      expect(await session.transaction('platform', [{ text: 'select 1 as n' }])).toEqual([[{ n: 1 }]])
    })

    it('gives 64-bit integers as numbers and JSON parsed', async () => {
      const [rows] = await open().transaction('owner', [
        {
          text: `select 9007199254740991::bigint as big, count(*) as total, '{"a":[1,null]}'::jsonb as b, '[{}]'::json as c from (select 1) one`,
        },
      ])
      expect(rows).toEqual([{ big: 9007199254740991, total: 1, b: { a: [1, null] }, c: [{}] }])
    })

    it('gives instants as RFC 3339 in UTC with milliseconds', async () => {
      const [rows] = await open().transaction('owner', [
        { text: 'select $1::timestamptz as at', params: ['2026-11-24T02:03:04.5+02:00'] },
      ])
      expect(rows).toEqual([{ at: '2026-11-24T00:03:04.500Z' }])
    })

    it('takes texts of any kind, and null', async () => {
      const text = `'"\\;--\n\u{1F600} é $1`
      const [rows] = await open().transaction('owner', [
        { text: 'select $1::text as a, $2::text as b', params: [text, null] },
      ])
      expect(rows).toEqual([{ a: text, b: null }])
    })

    it('writes all statements of a transaction or none', async () => {
      const session = open()
      const insert = (id: string) => ({
        text: `insert into directory.email (key, tenant_id, region) values ($1, 'ten_a', 'r')`,
        params: [id],
      })
      await session.transaction('owner', [{ text: `delete from directory.email where key like 'atomic-%'` }])
      expect(
        await failure(session.transaction('owner', [insert('atomic-1'), { text: 'select 1 / 0' }, insert('atomic-2')])),
      ).toBe('22012')
      expect(await failure(session.transaction('owner', [insert('atomic-3'), { text: 'not sql' }]))).toBe('42601')
      const [rows] = await session.transaction('owner', [
        { text: `select 1 from directory.email where key like 'atomic-%'` },
      ])
      expect(rows).toEqual([])
    })

    it('works on after a transaction that failed', async () => {
      const session = open()
      const attempts = Array.from({ length: 40 }, (_, index) =>
        index % 2 === 0
          ? failure(session.transaction({ tenantId: 'ten_a' }, [{ text: 'select 1 / 0' }]))
          : session.transaction('owner', [{ text: 'select 1 as n' }]),
      )
      const settled = await Promise.all(attempts)
      expect(settled.filter((result) => result === '22012')).toHaveLength(20)
    })

    it('keeps role and tenant of a scope to its own transaction', async () => {
      const session = open()
      const who = {
        text: `select current_user as role, current_setting('acci.tenant_id', true) as tenant, current_setting('acci.scope', true) as scope`,
      }
      const [[before]] = (await session.transaction('owner', [who])) as [[Record<string, unknown>]] // one row, always
      expect(await session.transaction({ tenantId: 'ten_a' }, [who])).toEqual([
        [{ role: 'acci_app', tenant: 'ten_a', scope: 'tenant' }],
      ])
      expect(await session.transaction('platform', [who])).toEqual([
        [{ role: 'acci_app', tenant: '', scope: 'platform' }],
      ])
      const [[after]] = (await session.transaction('owner', [who])) as [[Record<string, unknown>]] // as above
      expect(after['role']).toBe(before['role'])
      expect(after['tenant'] ?? '').toBe('')
    })

    it('cannot leave the scope by a tenant id that looks like SQL', async () => {
      const tenantId = `x', true), set_config('role', 'none`
      const [rows] = await open().transaction({ tenantId }, [
        { text: `select current_user as role, current_setting('acci.tenant_id') as tenant` },
      ])
      expect(rows).toEqual([{ role: 'acci_app', tenant: tenantId }])
    })

    it('shows the log, the directory and the keys to no tenant and not to the platform', async () => {
      const session = open()
      for (const table of [
        'tenant_log.tenant',
        'tenant_log.event',
        'tenant_log.row',
        'directory.name',
        'directory.email',
        'keys.ring',
      ])
        for (const scope of [{ tenantId: 'ten_a' }, 'platform'] as const)
          expect([table, await failure(session.transaction(scope, [{ text: `select 1 from ${table}` }]))]).toEqual([
            table,
            '42501',
          ])
    })

    it('keeps transactions that run at the same time apart', async () => {
      const session = open()
      const tenants = Array.from({ length: 50 }, (_, index) => `ten_${index}`)
      const seen = await Promise.all(
        tenants.map(async (tenantId) => {
          const results = await session.transaction({ tenantId }, [
            { text: 'select 1' },
            { text: `select current_setting('acci.tenant_id') as tenant` },
          ])
          return results[1]?.[0]?.['tenant']
        }),
      )
      expect(seen).toEqual(tenants)
    })
  })
}
