import type { Head, RowPage, StoredRow } from '#domain/ports/tenant-storage.ts'
import { Coalescer, weighing } from './coalescer.ts'
import { joinTexts, splitTexts, type SqlSession } from './sql-session.ts'
import { headOf, rowOf } from './stored-row.ts'

interface Ask {
  readonly tenantId: string
  readonly refs: readonly string[]
}

/** Most refs one statement reads; a request that asks for more goes alone. */
const MAX_REFS = 2_000

/**
 * Each tenant's head, and the rows that exist among its refs: one statement is one snapshot, so that they belong together.
 * Refs are looked up one by one: joined with as a set, they made the planner read every row of a tenant.
 */
const READ = `
  select t.tenant_id, t.position, t.hash, t.revision, null as ref, null as version, null as body, null as expires_at
  from unnest(${splitTexts(1)}) asked (tenant)
  cross join lateral (select * from tenant_log.tenant where tenant_id = asked.tenant limit 1) t
  union all
  select r.tenant_id, null, null, null, r.ref, r.version, r.body, r.expires_at
  from unnest(${splitTexts(2)}, ${splitTexts(3)}) asked (tenant, ref)
  cross join lateral (select * from tenant_log.row where tenant_id = asked.tenant and ref = asked.ref limit 1) r`

/** Reads for the writers of many tenants that ask at the same moment in one statement. */
export class ReadCoalescer {
  readonly #session: SqlSession
  readonly #asked = new Coalescer<Ask, RowPage>({
    send: (asks) => this.#send(asks),
    gate: () => weighing(MAX_REFS, ({ refs }) => refs.length),
  })

  constructor(session: SqlSession) {
    this.#session = session
  }

  read(tenantId: string, refs: readonly string[]): Promise<RowPage> {
    return this.#asked.ask({ tenantId, refs })
  }

  async #send(asks: readonly Ask[]): Promise<readonly RowPage[]> {
    const tenants = [...new Set(asks.map(({ tenantId }) => tenantId))]
    const asked = new Set<string>()
    const [rowTenants, rowRefs]: [string[], string[]] = [[], []]
    for (const { tenantId, refs } of asks) {
      for (const ref of refs) {
        const key = `${tenantId}/${ref}`
        if (asked.has(key)) continue
        asked.add(key)
        rowTenants.push(tenantId)
        rowRefs.push(ref)
      }
    }
    const params = [tenants, rowTenants, rowRefs].map((texts) => joinTexts(texts))
    const [found = []] = await this.#session.transaction('owner', [{ text: READ, params }])
    const heads = new Map<string, Head>()
    const rows = new Map<string, StoredRow>()
    for (const record of found) {
      const tenantId = String(record['tenant_id'])
      if (record['ref'] === null) {
        heads.set(tenantId, headOf(record))
        continue
      }
      const row = rowOf(record)
      rows.set(`${tenantId}/${row.ref}`, row)
    }
    return asks.map(({ tenantId, refs }) => ({
      head: heads.get(tenantId) ?? headOf(undefined),
      rows: refs.flatMap((ref) => rows.get(`${tenantId}/${ref}`) ?? []),
    }))
  }
}
