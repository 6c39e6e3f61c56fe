import { PostgresProjectionStore } from '#infrastructure/postgres/postgres-projection-store.ts'
import type { SqlSession } from '#infrastructure/postgres/sql-session.ts'

const NOTHING = { tenant_details: [], tenant_metrics: [], user_profile: [], auth_sessions: [] }

/** Moves a tenant's checkpoint, with nothing that changes in the read models. */
export async function followLog(session: SqlSession, tenantId: string, position: number): Promise<void> {
  const store = new PostgresProjectionStore(session)
  const result = await store.commit(tenantId, await store.state(tenantId), position, NOTHING)
  if (result !== 'committed') throw new Error(`the checkpoint of ${tenantId} has been moved by somebody else`)
}
