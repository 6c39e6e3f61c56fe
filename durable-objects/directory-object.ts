import { DurableObject } from 'cloudflare:workers'
import { GIVEN_BACK_KEPT, type DirectoryEntry, type Reservation } from '#domain/ports/directory.ts'

interface NameRecord extends Record<string, SqlStorageValue> {
  readonly tenant_id: string
  readonly region: string
  readonly lease_until: number | null
}

/** One shard of the directory: the names whose hash begins with the shard's digits. */
export class DirectoryObject extends DurableObject<Env> {
  readonly #sql: SqlStorage

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#sql = ctx.storage.sql
    this.#sql.exec(`
      create table if not exists name (key text not null, tenant_id text not null, region text not null, lease_until integer,
        position integer not null default 0, primary key (key, tenant_id)) without rowid;
      create table if not exists given_back (key text not null, tenant_id text not null, position integer not null,
        given_back_at integer not null, primary key (key, tenant_id)) without rowid`)
  }

  reserve(key: string, { tenantId, region }: DirectoryEntry, leaseMs: number, displaced?: string): Reservation {
    const now = Date.now()
    const [holder] = this.#holders(key)
    if (holder?.tenant_id === tenantId && holder.lease_until === null) return { kind: 'reserved' }
    if (holder && holder.tenant_id !== tenantId) {
      if (holder.lease_until === null || holder.lease_until >= now) return { kind: 'taken' }
      if (holder.tenant_id !== displaced)
        return { kind: 'lapsed', holder: { tenantId: holder.tenant_id, region: holder.region } }
    }
    this.ctx.storage.transactionSync(() => {
      this.#sql.exec('delete from name where key = ?', key)
      this.#sql.exec(
        'insert into name (key, tenant_id, region, lease_until) values (?, ?, ?, ?)',
        key,
        tenantId,
        region,
        now + leaseMs,
      )
    })
    return { kind: 'reserved' }
  }

  /**
   * Makes a reservation permanent; false when another tenant has got the name meanwhile, or nobody has it any more. Who says
   * so too late is not heard.
   * @param shared whether many tenants may have the key (e-mails), so that confirming also adds.
   */
  confirm(key: string, { tenantId, region }: DirectoryEntry, position: number, shared: boolean): boolean {
    const later = 'select 1 from given_back where key = ? and tenant_id = ? and position >= ?'
    if (this.#sql.exec(later, key, tenantId, position).toArray().length > 0) return true
    if (shared) {
      this.#sql.exec(
        `insert into name (key, tenant_id, region, position) values (?, ?, ?, ?)
         on conflict do update set position = max(position, excluded.position)`,
        key,
        tenantId,
        region,
        position,
      )
      return true
    }
    if (!this.#holders(key).some((holder) => holder.tenant_id === tenantId)) return false
    this.#sql.exec(
      'update name set lease_until = null, position = max(position, ?) where key = ? and tenant_id = ?',
      position,
      key,
      tenantId,
    )
    return true
  }

  release(key: string, tenantId: string, position?: number): void {
    this.ctx.storage.transactionSync(() => {
      if (position !== undefined) this.#remember(key, tenantId, position)
      this.#sql.exec(
        'delete from name where key = ? and tenant_id = ? and (lease_until is not null or position <= ?)',
        key,
        tenantId,
        position ?? -1,
      )
    })
  }

  /** Keeps in mind that the tenant had the name no more, and forgets what is old. */
  #remember(key: string, tenantId: string, position: number): void {
    const now = Date.now()
    this.#sql.exec('delete from given_back where given_back_at < ?', now - GIVEN_BACK_KEPT)
    this.#sql.exec(
      `insert into given_back (key, tenant_id, position, given_back_at) values (?, ?, ?, ?)
       on conflict do update set position = max(position, excluded.position), given_back_at = excluded.given_back_at`,
      key,
      tenantId,
      position,
      now,
    )
  }

  find(key: string): DirectoryEntry[] {
    return this.#holders(key)
      .filter((holder) => holder.lease_until === null)
      .map(({ tenant_id: tenantId, region }) => ({ tenantId, region }))
  }

  #holders(key: string): readonly NameRecord[] {
    return this.#sql
      .exec<NameRecord>('select tenant_id, region, lease_until from name where key = ? order by tenant_id', key)
      .toArray()
  }
}
