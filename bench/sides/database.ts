import { databaseUrl, withClient } from '../../tools/postgres/provision.ts'
import { serverPid } from '../measure/cpu-time.ts'

/** One PostgreSQL server for all sides of a run, each in a database of its own. */
export interface BenchServer {
  /** The database of the plain insert; its table is there. */
  readonly insertUrl: string
  /** The server's first process, if it runs on this machine. */
  readonly pid?: number
  /** Version and durability, without which no figure means anything. */
  readonly settings: Readonly<Record<string, string>>
}

/** Makes a database beside that of the run; whoever provisioned the server drops it, because it carries the run's name. */
export async function makeDatabase(serverUrl: string, side: string): Promise<string> {
  const name = `${new URL(serverUrl).pathname.slice(1)}_${side}`
  await withClient(serverUrl, (client) => client.query(`create database ${name}`))
  return databaseUrl(serverUrl, name)
}

/** Prepares the plain insert. Its table is keyed as the product's log is, so that both keep one index. */
export async function prepareServer(serverUrl: string): Promise<BenchServer> {
  const insertUrl = await makeDatabase(serverUrl, 'insert')
  const settings = await withClient(insertUrl, async (client) => {
    await client.query(
      'create table plain_event (stream text, position bigint, body text, primary key (stream, position))',
    )
    const { rows } = await client.query<{ name: string; setting: string }>(
      `select name, setting from pg_settings where name in ('server_version', 'fsync', 'synchronous_commit')`,
    )
    return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))
  })
  const pid = await serverPid(insertUrl)
  return { insertUrl, settings, ...(pid !== undefined && { pid }) }
}
