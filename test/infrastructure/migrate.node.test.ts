import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PgliteSqlSession } from '#infrastructure/node/pglite-sql-session.ts'
import type { PgSqlSession } from '#infrastructure/node/pg-sql-session.ts'
import { migrate, type MigratableSession } from '#infrastructure/postgres/migrate.ts'
import { databaseUrl, newDatabaseName, withClient } from '../../tools/postgres/provision.ts'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { checksumOf, migrateAll, migrationFiles } from '../support/migration-files.ts'
import { pgSession } from '../support/postgres-sessions.ts'

const NAMES = migrationFiles()
  .map(({ name }) => name)
  .toSorted()

/** What holds on either engine. `open` gives a session on an empty database. */
function migrations(open: () => MigratableSession): void {
  it('applies every migration in the order of their names, and the next time none', async () => {
    expect(await migrateAll(open())).toEqual(NAMES)
    expect(await migrateAll(open())).toEqual([])
  })

  it('refuses a migration that was changed after it was applied', async () => {
    const changed = migrationFiles().map(({ name, text }) => ({ name, text: `${text}\n-- changed` }))
    await expect(migrate(open(), changed, checksumOf)).rejects.toThrow(NAMES[0])
  })

  it('leaves nothing of a migration that fails, and goes on where it stopped', async () => {
    const broken = { name: '9001_broken', text: 'create table directory.half (id int); select 1 / 0;' }
    const following = { name: '9002_following', text: 'create table directory.following (id int);' }
    await expect(migrate(open(), [broken, following], checksumOf)).rejects.toThrow('zero')
    const present = {
      text: `select to_regclass('directory.half') as half, to_regclass('directory.following') as following`,
    }
    expect(await open().transaction('owner', [present])).toEqual([[{ half: null, following: null }]])
    const mended = { name: '9001_broken', text: 'create table directory.half (id int);' }
    expect(await migrate(open(), [mended, following], checksumOf)).toEqual(['9001_broken', '9002_following'])
  })
}

describe('PostgreSQL', () => {
  const database = testDatabase()
  let session: PgSqlSession
  beforeAll(() => {
    session = pgSession(database.url)
  })
  afterAll(() => session.close())

  migrations(() => session)

  it('builds the indexes that queries filter and sort by', async () => {
    const [rows = []] = await session.transaction('owner', [
      {
        text: `select indexname, indisvalid from pg_indexes join pg_class c on c.relname = indexname join pg_index on indexrelid = c.oid where schemaname = 'read_models'`,
      },
    ])
    expect(rows.every((row) => row['indisvalid'])).toBe(true)
    expect(rows.length).toBeGreaterThan(5)
  })

  it('applies each migration once when ten replicas start together', async () => {
    const name = newDatabaseName()
    await withClient(database.url, (client) => client.query(`CREATE DATABASE ${name}`))
    const replicas = Array.from({ length: 10 }, () => pgSession(databaseUrl(database.url, name)))
    try {
      const applied = await Promise.all(replicas.map((replica) => migrateAll(replica)))
      expect(applied.flat().toSorted()).toEqual(NAMES)
      // Every replica's connections still work.
      for (const replica of replicas)
        await replica.transaction({ tenantId: 'ten_a' }, [{ text: 'select 1 from read_models.checkpoint' }])
    } finally {
      await Promise.all(replicas.map((replica) => replica.close()))
      await withClient(database.url, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`))
    }
  })

  it('works for an owner without rights beyond its database, in two databases of one server at once', async () => {
    const names = [newDatabaseName(), newDatabaseName()]
    const owner = newDatabaseName()
    await withClient(database.url, async (client) => {
      await client.query(`CREATE ROLE ${owner} LOGIN CREATEROLE PASSWORD 'secret'`)
      const { rows } = await client.query(`select 1 from pg_roles where rolname = 'acci_app'`)
      if (rows.length === 0) await client.query('CREATE ROLE acci_app NOLOGIN')
      await client.query(`GRANT acci_app TO ${owner} WITH ADMIN OPTION`)
      for (const name of names) await client.query(`CREATE DATABASE ${name} OWNER ${owner}`)
    })
    const urls = names.map((name) => {
      const url = new URL(databaseUrl(database.url, name))
      url.username = owner
      url.password = 'secret'
      return url.href
    })
    const sessions = urls.map((url) => pgSession(url))
    try {
      for (const applied of await Promise.all(sessions.map((one) => migrateAll(one)))) expect(applied).toEqual(NAMES)
      // The wall is forced: not even the owner of the tables sees a row without being a tenant.
      const [one] = sessions
      await one?.transaction({ tenantId: 'ten_a' }, [
        { text: `insert into read_models.checkpoint values ('ten_a', 1)` },
      ])
      expect(await one?.transaction('owner', [{ text: 'select 1 from read_models.checkpoint' }])).toEqual([[]])
      expect(
        await one?.transaction({ tenantId: 'ten_a' }, [{ text: 'select position from read_models.checkpoint' }]),
      ).toEqual([[{ position: 1 }]])
    } finally {
      await Promise.all(sessions.map((one) => one.close()))
      await withClient(database.url, async (client) => {
        for (const name of names) await client.query(`DROP DATABASE ${name} WITH (FORCE)`)
        await client.query(`DROP OWNED BY ${owner}`)
        await client.query(`DROP ROLE ${owner}`)
      })
    }
  })
})

describe('PGlite', () => {
  let session: PgliteSqlSession
  beforeAll(async () => {
    session = await PgliteSqlSession.open(undefined)
  })
  afterAll(() => session.close())

  migrations(() => session)
})
