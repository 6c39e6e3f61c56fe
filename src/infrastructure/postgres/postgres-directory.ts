import type { Clock } from '#domain/ports/clock.ts'
import type { Directory, DirectoryEntry, DirectoryKind } from '#domain/ports/directory.ts'
import type { SqlSession } from './sql-session.ts'

/** The directory in Postgres tables, for the container. */
export class PostgresDirectory implements Directory {
  readonly #session: SqlSession
  readonly #clock: Clock

  constructor(session: SqlSession, clock: Clock) {
    this.#session = session
    this.#clock = clock
  }

  async reserve(kind: 'slug' | 'customDomain', key: string, { tenantId, region }: DirectoryEntry, leaseMs: number) {
    const now = this.#clock()
    const rows = await this.#run(
      `insert into directory.name as n (kind, key, tenant_id, region, lease_until) values ($1, $2, $3, $4, $5)
       on conflict (kind, key) do update
       set tenant_id = excluded.tenant_id, region = excluded.region,
           lease_until = case when n.tenant_id = excluded.tenant_id and n.lease_until is null then null else excluded.lease_until end
       where n.tenant_id = excluded.tenant_id or n.lease_until < $6
       returning 1`,
      [kind, key, tenantId, region, now + leaseMs, now],
    )
    return rows.length > 0
  }

  async confirm(kind: DirectoryKind, key: string, { tenantId, region }: DirectoryEntry): Promise<void> {
    if (kind === 'email') {
      await this.#run(
        'insert into directory.email (key, tenant_id, region) values ($1, $2, $3) on conflict do nothing',
        [key, tenantId, region],
      )
      return
    }
    const confirmed = await this.#run(
      'update directory.name set lease_until = null where kind = $1 and key = $2 and tenant_id = $3 returning 1',
      [kind, key, tenantId],
    )
    if (confirmed.length === 0) throw new Error('the name is not reserved for this tenant any more')
  }

  async release(kind: DirectoryKind, key: string, tenantId: string): Promise<void> {
    if (kind === 'email')
      await this.#run('delete from directory.email where key = $1 and tenant_id = $2', [key, tenantId])
    else
      await this.#run('delete from directory.name where kind = $1 and key = $2 and tenant_id = $3', [
        kind,
        key,
        tenantId,
      ])
  }

  async find(kind: DirectoryKind, key: string): Promise<readonly DirectoryEntry[]> {
    const rows =
      kind === 'email'
        ? await this.#run('select tenant_id, region from directory.email where key = $1 order by tenant_id', [key])
        : await this.#run(
            'select tenant_id, region from directory.name where kind = $1 and key = $2 and lease_until is null',
            [kind, key],
          )
    return rows.map((row) => ({ tenantId: String(row['tenant_id']), region: String(row['region']) }))
  }

  async #run(text: string, params: readonly (string | number)[]) {
    const [rows = []] = await this.#session.transaction('owner', [{ text, params }])
    return rows
  }
}
