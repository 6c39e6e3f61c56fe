import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UnavailableFault } from '#common/unavailable-fault.ts'
import { PgliteSqlSession } from '#infrastructure/node/pglite-sql-session.ts'
import { PgSqlSession } from '#infrastructure/node/pg-sql-session.ts'
import { NeonSqlSession } from '#infrastructure/shared/neon-sql-session.ts'
import type { SqlSession } from '#infrastructure/postgres/sql-session.ts'
import { pgliteEngine, poolEngine, startNeonStandIn, type NeonStandIn } from '../../tools/stand-ins/neon-http.ts'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { sqlSessionContract } from '../contract/sql-session.contract.ts'
import { FaultProxy } from '../support/fault-proxy.ts'
import { migrateAll, migrationFiles } from '../support/migration-files.ts'
import { pgSession } from '../support/postgres-sessions.ts'

const CONNECTION = 'postgres://acci:secret@stand-in.localhost/acci'
const EMBEDDED = 'postgres://acci:secret@embedded.localhost/acci'

describe('PostgreSQL', () => {
  const database = testDatabase()
  let session: PgSqlSession
  let pool: pg.Pool
  let standIn: NeonStandIn
  beforeAll(async () => {
    session = pgSession(database.url)
    await migrateAll(session)
    pool = new pg.Pool({ connectionString: database.url, max: 4 })
    pool.on('error', () => undefined)
    standIn = await startNeonStandIn({ engine: poolEngine(pool), connectionString: CONNECTION })
  })
  afterAll(async () => {
    await standIn.stop()
    await Promise.all([session.close(), pool.end()])
  })

  describe('through pg', () => sqlSessionContract(() => session))

  describe("through Neon's driver", () => {
    sqlSessionContract(() => new NeonSqlSession(CONNECTION, { fetchEndpoint: standIn.endpoint }))

    it('refuses who does not know the connection string', async () => {
      const stranger = new NeonSqlSession('postgres://acci:guess@stranger.localhost/acci', {
        fetchEndpoint: standIn.endpoint,
      })
      await expect(stranger.transaction('owner', [{ text: 'select 1' }])).rejects.toThrow('401')
    })
  })

  it('fails within its connection timeout when nobody answers', async () => {
    const nobody = new PgSqlSession('postgres://acci:secret@127.0.0.1:1/acci', () => undefined)
    await expect(nobody.transaction('owner', [{ text: 'select 1' }])).rejects.toThrow('ECONNREFUSED')
    await nobody.close()
  })

  it('gives up a server that falls silent, and works on once there is one again', async () => {
    const { port } = new URL(database.url)
    const proxy = await FaultProxy.before(Number(port))
    const patient = new PgSqlSession(proxy.through(database.url), () => undefined, 300)
    const ask = () => patient.transaction({ tenantId: 'ten_a' }, [{ text: 'select 1 as n' }])
    try {
      await ask()
      proxy.blackHole()
      await expect(ask()).rejects.toThrow(UnavailableFault)
      proxy.pass()
      expect(await ask()).toEqual([[{ n: 1 }]])
    } finally {
      await proxy.close()
      await patient.close()
    }
  })
})

describe('PGlite', () => {
  let session: PgliteSqlSession
  beforeAll(async () => {
    session = await PgliteSqlSession.open(undefined)
    await migrateAll(session)
  })
  afterAll(() => session.close())

  describe('in the process', () => sqlSessionContract(() => session))
})

describe("PGlite behind Neon's protocol", () => {
  let embedded: PGlite
  let standIn: NeonStandIn
  let session: SqlSession
  beforeAll(async () => {
    embedded = await PGlite.create()
    for (const { text } of migrationFiles()) await embedded.exec(text)
    standIn = await startNeonStandIn({ engine: pgliteEngine(embedded), connectionString: EMBEDDED })
    session = new NeonSqlSession(EMBEDDED, { fetchEndpoint: standIn.endpoint })
  })
  afterAll(async () => {
    await standIn.stop()
    await embedded.close()
  })

  describe("through Neon's driver", () => sqlSessionContract(() => session))
})
