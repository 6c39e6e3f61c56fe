import { afterAll, beforeAll, describe } from 'vitest'
import { GENESIS_HASH } from '#common/envelope.ts'
import { PgliteSqlSession } from '#infrastructure/node/pglite-sql-session.ts'
import type { PgSqlSession } from '#infrastructure/node/pg-sql-session.ts'
import { PostgresPublication } from '#infrastructure/postgres/postgres-publication.ts'
import { PostgresTenantStorage } from '#infrastructure/postgres/postgres-tenant-storage.ts'
import { shareStatements } from '#infrastructure/postgres/shared-statements.ts'
import type { SqlSession } from '#infrastructure/postgres/sql-session.ts'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { publicationContract } from '../contract/publication.contract.ts'
import { envelopeAt, MemoryPublication } from '../support/memory-publication.ts'
import { migrateAll } from '../support/migration-files.ts'
import { pgSession } from '../support/postgres-sessions.ts'

/** Logs in a database, written by the tenant writer's own storage. */
const over = (session: SqlSession) => ({
  storage: new PostgresPublication(session),
  async append(tenantId: string, count: number) {
    const storage = new PostgresTenantStorage(session, shareStatements(session), tenantId)
    const events = Array.from({ length: count }, (_, index) => envelopeAt(tenantId, index + 1))
    await storage.commit({
      expected: { position: 0, hash: GENESIS_HASH, revision: 0 },
      head: { position: count, hash: GENESIS_HASH },
      events: events.map((envelope) => ({ position: envelope.position, text: JSON.stringify(envelope), envelope })),
      puts: [],
      deletes: [],
    })
  },
})

describe('memory', () => {
  publicationContract(() => {
    const storage = new MemoryPublication()
    return { storage, append: async (tenantId, count) => void storage.append(tenantId, count) }
  })
})

describe('PostgreSQL', () => {
  const database = testDatabase()
  let session: PgSqlSession
  beforeAll(async () => {
    session = pgSession(database.url)
    await migrateAll(session)
  })
  afterAll(() => session.close())

  publicationContract(() => over(session))
})

describe('PGlite', () => {
  let session: PgliteSqlSession
  beforeAll(async () => {
    session = await PgliteSqlSession.open(undefined)
    await migrateAll(session)
  })
  afterAll(() => session.close())

  publicationContract(() => over(session))
})
