import type { Head, RowPage, StoredRow } from '#domain/ports/tenant-storage.ts'
import type { SqlSession } from './sql-session.ts'
import { headOf, rowOf } from './stored-row.ts'

interface Waiting {
  readonly tenantId: string
  readonly refs: readonly string[]
  readonly resolve: (page: RowPage) => void
  readonly reject: (fault: unknown) => void
}

/** Most refs one statement reads; a request that asks for more goes alone. */
const MAX_REFS = 2_000

/**
 * Each tenant's head, and the rows that exist among its refs: one statement is one snapshot, so that they belong together.
 * Refs are looked up one by one: joined with as a set, they made the planner read every row of a tenant.
 */
const READ = `
  select t.tenant_id, t.position, t.hash, t.revision, null as ref, null as version, null as body, null as expires_at
  from unnest($1::text[]) asked (tenant)
  cross join lateral (select * from tenant_log.tenant where tenant_id = asked.tenant limit 1) t
  union all
  select r.tenant_id, null, null, null, r.ref, r.version, r.body, r.expires_at
  from unnest($2::text[], $3::text[]) asked (tenant, ref)
  cross join lateral (select * from tenant_log.row where tenant_id = asked.tenant and ref = asked.ref limit 1) r`

/** Reads for the writers of many tenants that ask at the same moment in one statement. */
export class ReadCoalescer {
  readonly #session: SqlSession
  #waiting: Waiting[] = []
  #reading = false

  constructor(session: SqlSession) {
    this.#session = session
  }

  read(tenantId: string, refs: readonly string[]): Promise<RowPage> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ tenantId, refs, resolve, reject })
      if (!this.#reading) void this.#work()
    })
  }

  async #work(): Promise<void> {
    this.#reading = true
    // Whoever is ready in this turn joins.
    await Promise.resolve()
    while (this.#waiting.length > 0) await this.#send(this.#take())
    this.#reading = false
  }

  #take(): readonly Waiting[] {
    let count = 0
    const end = this.#waiting.findIndex(({ refs }, index) => (count += refs.length) > MAX_REFS && index > 0)
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end)
  }

  async #send(waiting: readonly Waiting[]): Promise<void> {
    try {
      const tenants = [...new Set(waiting.map(({ tenantId }) => tenantId))]
      const asked = new Set<string>()
      const params: [string[], string[], string[]] = [tenants, [], []]
      for (const { tenantId, refs } of waiting) {
        for (const ref of refs) {
          const key = `${tenantId}/${ref}`
          if (asked.has(key)) continue
          asked.add(key)
          params[1].push(tenantId)
          params[2].push(ref)
        }
      }
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
      for (const { tenantId, refs, resolve } of waiting)
        resolve({
          head: heads.get(tenantId) ?? headOf(undefined),
          rows: refs.flatMap((ref) => rows.get(`${tenantId}/${ref}`) ?? []),
        })
    } catch (fault) {
      for (const { reject } of waiting) reject(fault)
    }
  }
}
