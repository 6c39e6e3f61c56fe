import type { Clock } from '#domain/ports/clock.ts'
import {
  GIVEN_BACK_KEPT,
  type Directory,
  type DirectoryEntry,
  type DirectoryKind,
  type Reservation,
} from '#domain/ports/directory.ts'
import type { SqlSession, SqlStatement } from './sql-session.ts'

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
    const params = [kind, key, tenantId, position] as const
    const isLate =
      'select 1 from directory.given_back where kind = $1 and key = $2 and tenant_id = $3 and position >= $4::bigint'
    if (kind === 'email') {
      await this.#alone([kind, key, tenantId], {
        text: `insert into directory.email as e (key, tenant_id, region, position)
               select $2, $3, $5, $4::bigint where not exists (${isLate})
               on conflict (key, tenant_id) do update set position = excluded.position
               where e.position < excluded.position`,
        params: [...params, region],
      })
      return true
    }
    const rows = await this.#alone([kind, key, tenantId], {
      text: `with late as (${isLate}),
               confirmed as (
                 update directory.name set lease_until = null, position = greatest(position, $4)
                 where kind = $1 and key = $2 and tenant_id = $3 and not exists (select 1 from late) returning 1)
             select 1 from late union all select 1 from confirmed`,
      params,
    })
    return rows.length > 0
  }

  async release(kind: DirectoryKind, key: string, tenantId: string, position?: number): Promise<void> {
    const name = [kind, key, tenantId] as const
    const held = [key, tenantId, position ?? -1]
    const remove =
      kind === 'email'
        ? { text: 'delete from directory.email where key = $1 and tenant_id = $2 and position <= $3', params: held }
        : {
            text: `delete from directory.name where key = $1 and tenant_id = $2
                   and (lease_until is not null or position <= $3) and kind = $4`,
            params: [...held, kind],
          }
    if (position === undefined) {
      await this.#run(remove.text, remove.params)
      return
    }
    const now = this.#clock()
    await this.#alone(
      name,
      {
        text: `insert into directory.given_back as g (kind, key, tenant_id, position, given_back_at) values ($1, $2, $3, $4, $5)
               on conflict (kind, key, tenant_id) do update
               set position = greatest(g.position, excluded.position), given_back_at = excluded.given_back_at`,
        params: [...name, position, now],
      },
      // Others may be at it too: what they have locked, they forget.
      {
        text: `delete from directory.given_back where ctid = any(array(
                 select ctid from directory.given_back where given_back_at < $1 limit 100 for update skip locked))`,
        params: [now - GIVEN_BACK_KEPT],
      },
      remove,
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

  /**
   * Runs statements while nobody else says anything of the same name of the same tenant: who looks whether it was given back
   * must not miss who is just about to say so. Returns the rows of the first.
   */
  async #alone(name: readonly [kind: string, key: string, tenantId: string], ...statements: readonly SqlStatement[]) {
    const lock = { text: 'select pg_advisory_xact_lock(hashtextextended($1, 0))', params: [JSON.stringify(name)] }
    const [, rows = []] = await this.#session.transaction('owner', [lock, ...statements])
    return rows
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
