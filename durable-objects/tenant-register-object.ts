import { DurableObject } from 'cloudflare:workers'

/**
 * Every tenant that has a log, by its id: the one object of its kind. A tenant's object enlists itself when it has committed for
 * the first time, and nobody is ever struck off, since a deleted tenant keeps its log. The directory of names is no such list: it
 * is spread over thousands of objects, and forgets who has no name any more.
 */
export class TenantRegisterObject extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    ctx.storage.sql.exec('create table if not exists tenant (id text primary key) without rowid')
  }

  /** Idempotent. */
  enlist(tenantId: string): void {
    this.ctx.storage.sql.exec('insert or ignore into tenant (id) values (?)', tenantId)
  }

  /** Up to `limit` ids behind `after`, in order. */
  list(after: string, limit: number): string[] {
    return this.ctx.storage.sql
      .exec<{ id: string }>('select id from tenant where id > ? order by id limit ?', after, limit)
      .toArray()
      .map(({ id }) => id)
  }
}
