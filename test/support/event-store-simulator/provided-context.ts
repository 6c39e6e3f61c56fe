/** Address of an event store that the project `workerd` runs beside its tests: simulated, or behind the product's gateway. */
export type SimulatorAddress = string

declare module 'vitest' {
  interface ProvidedContext {
    eventStore: SimulatorAddress
    eventStoreGateway: SimulatorAddress
    embeddedGateway: SimulatorAddress
  }
}
