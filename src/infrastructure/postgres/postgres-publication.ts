import type { EventEnvelope } from '#common/envelope.ts'
import type { PublicationStorage } from '#domain/ports/publication.ts'
import { UNFLUSHED, type SqlSession } from './sql-session.ts'

/** A commit is not kept waiting for the disk: what a crash forgets is published again. */
const SAVE = `
  with further as (
    update tenant_log.tenant set published = $2 where tenant_id = $1 and published < $2
  )
  select ${UNFLUSHED}`

/** The pointer into each tenant's log, beside the log. */
export class PostgresPublication implements PublicationStorage {
  readonly #session: SqlSession

  constructor(session: SqlSession) {
    this.#session = session
  }

  async readUnpublished(tenantId: string, limit: number): Promise<readonly EventEnvelope[]> {
    const [rows = []] = await this.#session.transaction('owner', [
      {
        text: `select e.body from tenant_log.tenant t
               join tenant_log.event e on e.tenant_id = t.tenant_id and e.position > t.published
               where t.tenant_id = $1 order by e.position limit $2`,
        params: [tenantId, limit],
      },
    ])
    return rows.map((row) => JSON.parse(String(row['body'])) as EventEnvelope) // written by the tenant writer only
  }

  async savePublished(tenantId: string, position: number): Promise<void> {
    await this.#session.transaction('owner', [{ text: SAVE, params: [tenantId, position] }])
  }

  async unpublishedTenants(after: string, limit: number): Promise<readonly { tenantId: string; position: number }[]> {
    const [rows = []] = await this.#session.transaction('owner', [
      {
        text: `select tenant_id, position from tenant_log.tenant where published < position and tenant_id > $1
               order by tenant_id limit $2`,
        params: [after, limit],
      },
    ])
    return rows.map((row) => ({ tenantId: String(row['tenant_id']), position: Number(row['position']) }))
  }
}
