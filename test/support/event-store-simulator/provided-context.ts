/** Address of the simulated EventStoreDB that the project `workerd` runs beside its tests. */
export type SimulatorAddress = string

declare module 'vitest' {
  interface ProvidedContext {
    eventStore: SimulatorAddress
  }
}
