import { describe, inject } from 'vitest'
import { AtomPubEventStore } from '#infrastructure/event-store/atompub-event-store.ts'
import { eventStoreContract } from '../contract/event-store.contract.ts'

describe('AtomPub in workerd', () => {
  const credentials = { username: 'admin', password: 'changeit' }
  eventStoreContract(() => new AtomPubEventStore({ url: inject('eventStore'), credentials, timeout: 8_000 }))
})
