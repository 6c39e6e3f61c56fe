import { DurableObject } from 'cloudflare:workers'
import type { DirectoryEntry } from '#domain/ports/directory.ts'

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
        primary key (key, tenant_id)) without rowid`)
  }

  reserve(key: string, { tenantId, region }: DirectoryEntry, leaseMs: number): boolean {
    const now = Date.now()
    const [holder] = this.#holders(key)
    if (holder && holder.tenant_id !== tenantId && (holder.lease_until === null || holder.lease_until >= now))
      return false
    if (holder?.tenant_id === tenantId && holder.lease_until === null) return true
    this.ctx.storage.transactionSync(() => {
      this.#sql.exec('delete from name where key = ?', key)
      this.#sql.exec('insert into name values (?, ?, ?, ?)', key, tenantId, region, now + leaseMs)
    })
    return true
  }

  /**
   * Makes a reservation permanent; false when another tenant has got the name meanwhile, or nobody has it any more.
   * @param shared whether many tenants may have the key (e-mails), so that confirming also adds.
   */
  confirm(key: string, { tenantId, region }: DirectoryEntry, shared: boolean): boolean {
    if (shared) {
      this.#sql.exec('insert into name values (?, ?, ?, null) on conflict do nothing', key, tenantId, region)
      return true
    }
    if (!this.#holders(key).some((holder) => holder.tenant_id === tenantId)) return false
    this.#sql.exec('update name set lease_until = null where key = ? and tenant_id = ?', key, tenantId)
    return true
  }

  release(key: string, tenantId: string): void {
    this.#sql.exec('delete from name where key = ? and tenant_id = ?', key, tenantId)
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
