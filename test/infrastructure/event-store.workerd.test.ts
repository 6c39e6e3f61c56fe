import { describe, inject } from 'vitest'
import { AtomPubEventStore } from '#infrastructure/event-store/atompub-event-store.ts'
import { eventStoreContract } from '../contract/event-store.contract.ts'
import type { SimulatorAddress } from '../support/event-store-simulator/provided-context.ts'

describe('AtomPub in workerd', () => {
  const credentials = { username: 'admin', password: 'changeit' }
  const url: SimulatorAddress = inject('eventStore')
  eventStoreContract(() => new AtomPubEventStore({ url, credentials, timeout: 8_000 }))
})

describe.each([
  ['a store that speaks gRPC', 'eventStoreGateway'],
  ['the embedded store', 'embeddedGateway'],
] as const)('the gateway before %s, from workerd', (_store, name) => {
  const credentials = { username: 'gateway', password: 'the-token-of-the-gateway-in-tests' }
  const url: SimulatorAddress = inject(name)
  eventStoreContract(() => new AtomPubEventStore({ url, credentials, timeout: 8_000 }))
})
