import { afterEach, describe, expect, inject, it } from 'vitest'
import { provisionPostgres, TEST_DATABASE, withClient } from '../../../tools/postgres/provision.ts'
import { testDatabase } from '../../../tools/postgres/test-database.ts'

async function databases(url: string): Promise<string[]> {
  const { rows } = await withClient(url, (client) =>
    client.query<{ datname: string }>('SELECT datname FROM pg_database ORDER BY datname'),
  )
  return rows.map((row) => row.datname)
}

describe('a database of a test file', () => {
  const database = testDatabase()

  it('is empty, writable and named as one of ours', async () => {
    const name = new URL(database.url).pathname.slice(1)
    expect(name.startsWith(TEST_DATABASE)).toBe(true)
    const { rows } = await withClient(database.url, async (client) => {
      await client.query('CREATE TABLE probe AS SELECT 1 AS n')
      return client.query("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    })
    expect(rows).toEqual([{ table_name: 'probe' }])
  })
})

describe('a server given by TEST_DATABASE_URL', () => {
  const database = testDatabase()

  afterEach(() => {
    delete process.env['TEST_DATABASE_URL']
  })

  it('gets a database of this run, and is left as it was', async () => {
    process.env['TEST_DATABASE_URL'] = database.url
    const given = await provisionPostgres()
    if ('notRun' in given) throw new Error(given.notRun)
    const [ours, lent] = [database, given].map(({ url }) => new URL(url).pathname.slice(1))
    expect(await databases(database.url)).toEqual(expect.arrayContaining([ours, lent]))
    await given.stop()
    const after = await databases(database.url)
    expect(after).toContain(ours)
    expect(after).not.toContain(lent)
  })

  it('is never replaced by another when it does not answer', async () => {
    process.env['TEST_DATABASE_URL'] = 'postgres://nobody@127.0.0.1:1/nothing'
    await expect(provisionPostgres()).rejects.toThrow(/ECONNREFUSED/)
    expect(inject('postgres')).toHaveProperty('url')
  })
})
