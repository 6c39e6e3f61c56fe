import { afterAll, beforeAll, inject } from 'vitest'
import { databaseUrl, newDatabaseName, withClient } from './provision.ts'

/** The server that test files make their databases in, or why there is none. */
export type TestServer = { readonly url: string } | { readonly notRun: string }

declare module 'vitest' {
  interface ProvidedContext {
    postgres: TestServer
  }
}

/** `url` is the database of this test file, its owner logged in; read it in a test or hook, not while collecting. */
export interface TestDatabase {
  readonly url: string
}

/**
 * Called once at the top of a test file (or of a `describe`) of the project `node`: an empty database before its tests,
 * dropped after them. Where no PostgreSQL could be had, the file does not run, and `npm test` says so.
 *
 * Roles belong to the whole server: a test that makes one gives it a name of its own and drops it.
 */
export function testDatabase(): TestDatabase {
  const server = inject('postgres')
  // `npm test` knows this start of the message, and reports the file as not run.
  if ('notRun' in server) throw new Error(`not run: ${server.notRun}`)
  const name = newDatabaseName(`${new URL(server.url).pathname.slice(1)}_`)
  beforeAll(() => withClient(server.url, (client) => client.query(`CREATE DATABASE ${name}`)))
  afterAll(() => withClient(server.url, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)))
  return { url: databaseUrl(server.url, name) }
}
