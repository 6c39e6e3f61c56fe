import { getTableColumns, getTableName, is } from 'drizzle-orm'
import { PgTable } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PgliteSqlSession } from '#infrastructure/node/pglite-sql-session.ts'
import type { PgSqlSession } from '#infrastructure/node/pg-sql-session.ts'
import { systemClock } from '#domain/ports/clock.ts'
import { PostgresProjectionStore } from '#infrastructure/postgres/postgres-projection-store.ts'
import { PostgresShadowStore } from '#infrastructure/postgres/postgres-shadow-store.ts'
import { PostgresReadModels } from '#infrastructure/postgres/postgres-read-models.ts'
import type { ProjectionStore } from '#domain/ports/projection-store.ts'
import { keepRows } from '#infrastructure/shared/keep-rows.ts'
import * as tables from '#infrastructure/postgres/read-model-tables.ts'
import type { SqlSession } from '#infrastructure/postgres/sql-session.ts'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { readModelsContract } from '../contract/read-models.contract.ts'
import { migrateAll } from '../support/migration-files.ts'
import { pgSession } from '../support/postgres-sessions.ts'

const TABLES = Object.values(tables).filter((table) => is(table, PgTable))

const containersStore = (session: SqlSession) => new PostgresProjectionStore(session, { together: true })
const edgeStore = (session: SqlSession) => new PostgresProjectionStore(session)

const readSide = (session: SqlSession, store: ProjectionStore) => ({
  session,
  store,
  shadow: new PostgresShadowStore(session),
  otherShadow: new PostgresShadowStore(session),
  readModels: new PostgresReadModels(session),
})

describe('PostgreSQL', () => {
  const database = testDatabase()
  let session: PgSqlSession
  beforeAll(async () => {
    session = pgSession(database.url)
    await migrateAll(session)
  })
  afterAll(() => session.close())

  readModelsContract(() => readSide(session, containersStore(session)))

  describe('with rows kept from page to page', () => {
    readModelsContract(() => readSide(session, keepRows(containersStore(session), systemClock)))
  })

  it.each(TABLES.map((table) => [getTableName(table), table] as const))(
    'has the columns of %s that the queries are built from',
    async (name, table) => {
      const [rows = []] = await session.transaction('owner', [
        {
          text: `select column_name, data_type, is_nullable from information_schema.columns
                 where table_schema = 'read_models' and table_name = $1`,
          params: [name],
        },
      ])
      const migrated = new Map(rows.map((row) => [row['column_name'], row]))
      for (const column of Object.values(getTableColumns(table))) {
        const { data_type: type, is_nullable: nullable } = migrated.get(column.name) ?? {}
        expect([column.name, type, nullable]).toEqual([column.name, column.getSQLType(), column.notNull ? 'NO' : 'YES'])
      }
    },
  )
})

describe('PGlite', () => {
  let session: PgliteSqlSession
  beforeAll(async () => {
    session = await PgliteSqlSession.open(undefined)
    await migrateAll(session)
  })
  afterAll(() => session.close())

  readModelsContract(() => readSide(session, edgeStore(session)))
})
