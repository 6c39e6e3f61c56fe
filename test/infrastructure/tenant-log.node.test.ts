import { afterAll, beforeAll, describe } from 'vitest'
import { PgliteSqlSession } from '#infrastructure/node/pglite-sql-session.ts'
import type { PgSqlSession } from '#infrastructure/node/pg-sql-session.ts'
import { PostgresTenantStorage } from '#infrastructure/postgres/postgres-tenant-storage.ts'
import { shareStatements, type SharedStatements } from '#infrastructure/postgres/shared-statements.ts'
import type { SqlSession } from '#infrastructure/postgres/sql-session.ts'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { tenantStorageContract } from '../contract/tenant-storage.contract.ts'
import { tenantWriterContract } from '../contract/tenant-writer.contract.ts'
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
    tenantStorageContract(oneProcess(() => session))
    tenantWriterContract(
      oneProcess(() => session),
      { replicas: 1 },
    )
  })
  describe('many processes', () => {
    tenantStorageContract(manyProcesses(() => session))
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

  tenantStorageContract(oneProcess(() => session))
  tenantWriterContract(
    oneProcess(() => session),
    { replicas: 1 },
  )
})
