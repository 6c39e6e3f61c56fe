import type { TestProject } from 'vitest/node'
import type { SimulatorAddress } from './provided-context.ts'
import { startAtomPub } from './atompub-server.ts'
import { startGateway } from './gateway-server.ts'
import { SimulatedStore } from './simulated-store.ts'

/**
 * Global setup of the vitest project `workerd`, where no server can be started: for all files one simulated EventStoreDB, and
 * one behind the product's gateway.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startAtomPub(new SimulatedStore())
  const gateway = await startGateway(new SimulatedStore())
  const [address, gatewayAddress]: readonly [SimulatorAddress, SimulatorAddress] = [server.url, gateway.url]
  project.provide('eventStore', address)
  project.provide('eventStoreGateway', gatewayAddress)
  return async () => {
    await gateway.close()
    await server.close()
  }
}
