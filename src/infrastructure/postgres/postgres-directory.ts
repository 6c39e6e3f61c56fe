import type { Clock } from '#domain/ports/clock.ts'
import type { Directory, DirectoryEntry, DirectoryKind, Reservation } from '#domain/ports/directory.ts'
import type { SqlSession } from './sql-session.ts'

/** The directory in Postgres tables, for the container. */
export class PostgresDirectory implements Directory {
  readonly #session: SqlSession
  readonly #clock: Clock

  constructor(session: SqlSession, clock: Clock) {
    this.#session = session
    this.#clock = clock
  }

  async reserve(
    kind: 'slug' | 'customDomain',
    key: string,
    { tenantId, region }: DirectoryEntry,
    leaseMs: number,
    displaced = '',
  ): Promise<Reservation> {
    const now = this.#clock()
    const reserved = await this.#run(
      `insert into directory.name as n (kind, key, tenant_id, region, lease_until) values ($1, $2, $3, $4, $5)
       on conflict (kind, key) do update
       set tenant_id = excluded.tenant_id, region = excluded.region,
           lease_until = case when n.tenant_id = excluded.tenant_id and n.lease_until is null then null else excluded.lease_until end
       where n.tenant_id = excluded.tenant_id or (n.tenant_id = $7 and n.lease_until < $6)
       returning 1`,
      [kind, key, tenantId, region, now + leaseMs, now, displaced],
    )
    if (reserved.length > 0) return { kind: 'reserved' }
    const [lapsed] = await this.#run(
      'select tenant_id, region from directory.name where kind = $1 and key = $2 and lease_until < $3',
      [kind, key, now],
    )
    return lapsed ? { kind: 'lapsed', holder: entryOf(lapsed) } : { kind: 'taken' }
  }

  async confirm(
    kind: DirectoryKind,
    key: string,
    { tenantId, region }: DirectoryEntry,
    position: number,
  ): Promise<boolean> {
    if (kind === 'email') {
      await this.#run(
        `insert into directory.email as e (key, tenant_id, region, position) values ($1, $2, $3, $4)
         on conflict (key, tenant_id) do update set position = excluded.position where e.position < excluded.position`,
        [key, tenantId, region, position],
      )
      return true
    }
    const confirmed = await this.#run(
      `update directory.name set lease_until = null, position = greatest(position, $4)
       where kind = $1 and key = $2 and tenant_id = $3 returning 1`,
      [kind, key, tenantId, position],
    )
    return confirmed.length > 0
  }

  async release(kind: DirectoryKind, key: string, tenantId: string, position?: number): Promise<void> {
    if (kind === 'email') {
      await this.#run('delete from directory.email where key = $1 and tenant_id = $2 and position <= $3', [
        key,
        tenantId,
        position ?? -1,
      ])
      return
    }
    await this.#run(
      `delete from directory.name where kind = $1 and key = $2 and tenant_id = $3
       and (lease_until is not null or position <= $4)`,
      [kind, key, tenantId, position ?? -1],
    )
  }

  async find(kind: DirectoryKind, key: string): Promise<readonly DirectoryEntry[]> {
    const rows =
      kind === 'email'
        ? await this.#run('select tenant_id, region from directory.email where key = $1 order by tenant_id', [key])
        : await this.#run(
            'select tenant_id, region from directory.name where kind = $1 and key = $2 and lease_until is null',
            [kind, key],
          )
    return rows.map((row) => entryOf(row))
  }

  async #run(text: string, params: readonly (string | number)[]) {
    const [rows = []] = await this.#session.transaction('owner', [{ text, params }])
    return rows
  }
}

const entryOf = (row: Readonly<Record<string, unknown>>): DirectoryEntry => ({
  tenantId: String(row['tenant_id']),
  region: String(row['region']),
})
