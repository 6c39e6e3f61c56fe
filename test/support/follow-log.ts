import { PostgresProjectionStore } from '#infrastructure/postgres/postgres-projection-store.ts'
import type { SqlSession } from '#infrastructure/postgres/sql-session.ts'
import { pageOf } from '#infrastructure/postgres/view-rows.ts'

/** Moves a tenant's checkpoint, with nothing that changes in the read models. */
export async function followLog(session: SqlSession, tenantId: string, position: number): Promise<void> {
  const store = new PostgresProjectionStore(session)
  const result = await store.commit(tenantId, await store.state(tenantId), position, pageOf([], []))
  if (result !== 'committed') throw new Error(`the checkpoint of ${tenantId} has been moved by somebody else`)
}
