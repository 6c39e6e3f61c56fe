import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AtomPubEventStore } from '#infrastructure/event-store/atompub-event-store.ts'
import { GrpcEventStore } from '#infrastructure/node/grpc-event-store.ts'
import { eventStoreContract } from '../contract/event-store.contract.ts'
import { startAtomPub, type SimulatedServer } from '../support/event-store-simulator/atompub-server.ts'
import { Faults } from '../support/event-store-simulator/faults.ts'
import { startGrpc } from '../support/event-store-simulator/grpc-server.ts'
import { SimulatedStore } from '../support/event-store-simulator/simulated-store.ts'

const ADMIN = { username: 'admin', password: 'changeit' }

describe('AtomPub', () => {
  const faults = new Faults()
  let server: SimulatedServer
  beforeAll(async () => {
    server = await startAtomPub(new SimulatedStore(), faults)
  })
  afterAll(() => server.close())
  const open = (credentials = ADMIN) => new AtomPubEventStore({ url: server.url, credentials, timeout: 8_000 })

  eventStoreContract(open)

  it('says of wrong credentials that they are refused', async () => {
    const store = open({ username: 'admin', password: 'guessed' })
    const one = { id: crypto.randomUUID(), type: 'x', data: {}, metadata: {} }
    expect(await store.append('denied', 'noStream', [one])).toEqual({ kind: 'accessDenied' })
    expect(await store.readStream('denied', 0, 1)).toEqual({ kind: 'accessDenied' })
    expect(await store.health()).toMatchObject({ status: 'denied' })
  })

  it.each(['unavailable', 'lostRequest', 'lostReply'] as const)(
    'does not know how an append ended when the answer is: %s; the same append sent again finds out',
    async (fault) => {
      const store = open()
      const name = `fault-${fault}`
      const one = { id: crypto.randomUUID(), type: 'x', data: { fault }, metadata: {} }
      faults.plan('append', fault)
      expect(await store.append(name, 'noStream', [one])).toMatchObject({ kind: 'outcomeUnknown' })
      expect(await store.append(name, 'noStream', [one])).toEqual({ kind: 'appended', first: 0, last: 0 })
      expect(await store.readStream(name, 0, 10)).toMatchObject({ events: [{ id: one.id, revision: 0 }] })
    },
  )

  it('knows that nothing was written when another node leads', async () => {
    faults.plan('append', 'notLeader')
    const one = { id: crypto.randomUUID(), type: 'x', data: {}, metadata: {} }
    expect(await open().append('not-leader', 'noStream', [one])).toMatchObject({ kind: 'notLeader' })
    expect(await open().readLast('not-leader')).toEqual({ kind: 'streamNotFound' })
  })

  it('says that a server that is not there is down', async () => {
    const gone = await startAtomPub(new SimulatedStore())
    await gone.close()
    const store = new AtomPubEventStore({ url: gone.url, credentials: ADMIN })
    expect(await store.health()).toMatchObject({ status: 'down' })
    await expect(store.readLast('any')).rejects.toThrow()
  })
})

describe('gRPC, through the vendor’s client', () => {
  const faults = new Faults()
  let server: SimulatedServer
  let store: GrpcEventStore
  beforeAll(async () => {
    server = await startGrpc(new SimulatedStore(), faults)
    store = new GrpcEventStore({ connectionString: server.url, timeout: 8_000 })
  })
  afterAll(async () => {
    await store.close()
    await server.close()
  })

  eventStoreContract(() => store)

  it.each(['unavailable', 'lostRequest', 'lostReply'] as const)(
    'does not know how an append ended when the answer is: %s; the same append sent again finds out',
    async (fault) => {
      const name = `fault-${fault}`
      const one = { id: crypto.randomUUID(), type: 'x', data: { fault }, metadata: {} }
      faults.plan('append', fault)
      expect(await store.append(name, 'noStream', [one])).toMatchObject({ kind: 'outcomeUnknown' })
      expect(await store.append(name, 'noStream', [one])).toEqual({ kind: 'appended', first: 0, last: 0 })
      expect(await store.readStream(name, 0, 10)).toMatchObject({ events: [{ id: one.id, revision: 0 }] })
    },
  )
})
