import type { TestProject } from 'vitest/node'
import type { SimulatorAddress } from './provided-context.ts'
import { startAtomPub } from './atompub-server.ts'
import { SimulatedStore } from './simulated-store.ts'

/** Global setup of the vitest project `workerd`, where no server can be started: one simulated EventStoreDB for all files. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startAtomPub(new SimulatedStore())
  const address: SimulatorAddress = server.url
  project.provide('eventStore', address)
  return () => server.close()
}
