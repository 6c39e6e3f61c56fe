import type { TestProject } from 'vitest/node'
import { startAtomPub } from './atompub-server.ts'
import { SimulatedStore } from './simulated-store.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the simulated EventStoreDB. */
    eventStore: string
  }
}

/** Global setup of the vitest project `workerd`, where no server can be started: one simulated EventStoreDB for all files. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startAtomPub(new SimulatedStore())
  project.provide('eventStore', server.url)
  return () => server.close()
}
