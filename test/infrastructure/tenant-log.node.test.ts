import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GENESIS_HASH } from '#common/envelope.ts'
import { newId } from '#domain/new-id.ts'
import { PgliteSqlSession } from '#infrastructure/node/pglite-sql-session.ts'
import type { PgSqlSession } from '#infrastructure/node/pg-sql-session.ts'
import { PostgresTenantStorage } from '#infrastructure/postgres/postgres-tenant-storage.ts'
import { shareStatements, type SharedStatements } from '#infrastructure/postgres/shared-statements.ts'
import type { SqlSession } from '#infrastructure/postgres/sql-session.ts'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { tenantStorageContract } from '../contract/tenant-storage.contract.ts'
import { tenantWriterContract } from '../contract/tenant-writer.contract.ts'
import { followLog } from '../support/follow-log.ts'
import { migrateAll } from '../support/migration-files.ts'
import { pgSession } from '../support/postgres-sessions.ts'

/** Storages that share their statements, as those of one process do. */
function oneProcess(session: () => SqlSession) {
  let shared: SharedStatements | undefined
  return async (tenantId: string) => {
    shared ??= shareStatements(session())
    return new PostgresTenantStorage(session(), shared, tenantId)
  }
}

/** Storages that meet in the database alone, as those of several replicas do. */
const manyProcesses = (session: () => SqlSession) => async (tenantId: string) =>
  new PostgresTenantStorage(session(), shareStatements(session()), tenantId)

describe('PostgreSQL', () => {
  const database = testDatabase()
  let session: PgSqlSession
  beforeAll(async () => {
    session = pgSession(database.url)
    await migrateAll(session)
  })
  afterAll(() => session.close())

  describe('one process', () => {
    tenantStorageContract(
      oneProcess(() => session),
      (...to) => followLog(session, ...to),
    )
    tenantWriterContract(
      oneProcess(() => session),
      { replicas: 1 },
    )
  })
  it('takes no tenant for projected further than its checkpoint, which a crash may have taken back', async () => {
    const [tenantId, other] = [newId.tenant(), newId.tenant()]
    const shared = shareStatements(session)
    const [storage, second] = [tenantId, other].map((id) => new PostgresTenantStorage(session, shared, id))
    for (const one of [storage, second]) {
      const head = { position: 9, hash: GENESIS_HASH }
      const expected = { position: 0, hash: GENESIS_HASH, revision: 0 }
      await one?.commit({ expected, head, events: [], puts: [], deletes: [] })
    }
    await storage?.saveProjected(9)
    expect(await storage?.readProjected()).toBe(0)
    await followLog(session, tenantId, 4)
    await Promise.all([storage?.saveProjected(9), second?.saveProjected(9)])
    expect(await storage?.readProjected()).toBe(4)
    expect(await second?.readProjected()).toBe(0)
  })

  describe('many processes', () => {
    tenantStorageContract(
      manyProcesses(() => session),
      (...to) => followLog(session, ...to),
    )
    tenantWriterContract(
      manyProcesses(() => session),
      { replicas: 3 },
    )
  })
})

describe('PGlite', () => {
  let session: PgliteSqlSession
  beforeAll(async () => {
    session = await PgliteSqlSession.open(undefined)
    await migrateAll(session)
  })
  afterAll(() => session.close())

  tenantStorageContract(
    oneProcess(() => session),
    (...to) => followLog(session, ...to),
  )
  tenantWriterContract(
    oneProcess(() => session),
    { replicas: 1 },
  )
})
