import type { TestProject } from 'vitest/node'
import { provisionPostgres } from './provision.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The server that `testDatabase` makes databases in, or why there is none. */
    postgres: { readonly url: string } | { readonly notRun: string }
  }
}

/** Global setup of the vitest project `node`: one PostgreSQL for all its files. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const postgres = await provisionPostgres()
  if ('notRun' in postgres) {
    project.provide('postgres', { notRun: postgres.notRun })
    return undefined
  }
  project.provide('postgres', { url: postgres.url })
  return () => postgres.stop()
}
