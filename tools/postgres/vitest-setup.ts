import type { TestProject } from 'vitest/node'
import { provisionPostgres } from './provision.ts'
import type { TestServer } from './test-database.ts'

/** Global setup of the vitest project `node`: one PostgreSQL for all its files. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const postgres = await provisionPostgres()
  const server: TestServer = 'notRun' in postgres ? postgres : { url: postgres.url }
  project.provide('postgres', server)
  return 'notRun' in postgres ? undefined : () => postgres.stop()
}
