import type { TestProject } from 'vitest/node'
import { startAtomPub } from './atompub-server.ts'
import { startEmbeddedGateway, startGateway } from './gateway-server.ts'
import type { SimulatorAddress } from './provided-context.ts'
import { SimulatedStore } from './simulated-store.ts'

/**
 * Global setup of the vitest project `workerd`, where no server can be started: for all files one simulated EventStoreDB, one
 * behind the product's gateway, and the gateway before the embedded store.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const servers = [
    await startAtomPub(new SimulatedStore()),
    await startGateway(new SimulatedStore()),
    await startEmbeddedGateway(),
  ] as const
  const [simulated, gateway, embedded] = servers
  const provide = (name: 'eventStore' | 'eventStoreGateway' | 'embeddedGateway', address: SimulatorAddress) =>
    project.provide(name, address)
  provide('eventStore', simulated.url)
  provide('eventStoreGateway', gateway.url)
  provide('embeddedGateway', embedded.url)
  return async () => {
    for (const server of servers) await server.close()
  }
}
