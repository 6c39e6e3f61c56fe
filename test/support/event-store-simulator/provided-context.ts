/** Address of a simulated EventStoreDB that the project `workerd` runs beside its tests, over AtomPub or behind the gateway. */
export type SimulatorAddress = string

declare module 'vitest' {
  interface ProvidedContext {
    eventStore: SimulatorAddress
    eventStoreGateway: SimulatorAddress
  }
}
