import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { findOrInstallBinaries } from './binaries.ts'
import { startCluster } from './cluster.ts'

/** `url` names a database made for this run, in which nobody else has anything. */
export interface ProvisionedPostgres {
  readonly url: string
  stop(): Promise<void>
}

/** Why there is no PostgreSQL to test with. */
export interface PostgresNotRun {
  readonly notRun: string
}

/** The start of the name of every database that tests make. */
export const TEST_DATABASE = 'acci_test_'

/** Runs one piece of work on a connection of its own. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** The same server, another database. */
export function databaseUrl(url: string, database: string): string {
  const other = new URL(url)
  other.pathname = `/${database}`
  return other.href
}

/** The name of a database that cannot exist yet. The letters after the prefix are hexadecimal, so it needs no quoting. */
export function newDatabaseName(prefix: string = TEST_DATABASE): string {
  return `${prefix}${randomBytes(6).toString('hex')}`
}

/** A fresh database in a server that belongs to somebody else; at the end everything of this run goes, nothing more. */
async function borrow(serverUrl: string): Promise<ProvisionedPostgres> {
  const run = newDatabaseName()
  await withClient(serverUrl, (client) => client.query(`CREATE DATABASE ${run}`))
  return {
    url: databaseUrl(serverUrl, run),
    stop: () =>
      withClient(serverUrl, async (client) => {
        // Databases of test files carry the name of their run in front (`testDatabase`).
        const { rows } = await client.query<{ datname: string }>(
          'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
          [run],
        )
        for (const { datname } of rows) await client.query(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`)
      }),
  }
}

function defaultServer(): string {
  const url = new URL('postgres://127.0.0.1:5432/postgres')
  url.username = encodeURIComponent(process.env['PGUSER'] ?? 'postgres')
  url.password = encodeURIComponent(process.env['PGPASSWORD'] ?? 'postgres')
  return url.href
}

/**
 * A real PostgreSQL for tests: the server of `TEST_DATABASE_URL`; else one on 127.0.0.1:5432 that lets us in and make a
 * database (`PGUSER`, `PGPASSWORD`, default postgres and postgres); else a throw-away cluster, from binaries found or
 * installed. A server named by `TEST_DATABASE_URL` that does not answer is a fault, and is never replaced by another.
 */
export async function provisionPostgres(): Promise<ProvisionedPostgres | PostgresNotRun> {
  const given = process.env['TEST_DATABASE_URL']
  if (given !== undefined && given !== '') return borrow(given)
  try {
    return await borrow(defaultServer())
  } catch {
    // Nobody there, or nobody who lets us in: a server of our own.
  }
  const binaries = findOrInstallBinaries()
  if ('notRun' in binaries) return binaries
  const cluster = await startCluster(binaries.folder)
  const { url } = await borrow(cluster.url)
  return { url, stop: () => cluster.stop() }
}
