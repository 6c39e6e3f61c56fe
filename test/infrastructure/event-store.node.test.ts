import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { AtomPubEventStore } from '#infrastructure/event-store/atompub-event-store.ts'
import { GrpcEventStore } from '#infrastructure/node/grpc-event-store.ts'
import type { PgSqlSession } from '#infrastructure/node/pg-sql-session.ts'
import { PgliteSqlSession } from '#infrastructure/node/pglite-sql-session.ts'
import { PostgresStreamStore } from '#infrastructure/postgres/postgres-stream-store.ts'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { eventStoreContract, foreignEventsContract, linksContract } from '../contract/event-store.contract.ts'
import { startAtomPub, type SimulatedServer } from '../support/event-store-simulator/atompub-server.ts'
import { Faults } from '../support/event-store-simulator/faults.ts'
import { GATEWAY_TOKEN, startGateway } from '../support/event-store-simulator/gateway-server.ts'
import { startGrpc } from '../support/event-store-simulator/grpc-server.ts'
import { SimulatedStore } from '../support/event-store-simulator/simulated-store.ts'
import { writeForeign, writeLink } from '../support/event-store-simulator/write-foreign.ts'
import { FaultProxy } from '../support/fault-proxy.ts'
import { migrateAll } from '../support/migration-files.ts'
import { pgSession } from '../support/postgres-sessions.ts'

const ADMIN = { username: 'admin', password: 'changeit' }

describe('AtomPub', () => {
  const faults = new Faults()
  const simulated = new SimulatedStore()
  let server: SimulatedServer
  beforeAll(async () => {
    server = await startAtomPub(simulated, faults)
  })
  afterAll(() => server.close())
  const open = (credentials = ADMIN) => new AtomPubEventStore({ url: server.url, credentials, timeout: 8_000 })

  eventStoreContract(open)
  foreignEventsContract(open, (...event) => writeForeign(simulated, ...event))
  linksContract(open, (...link) => writeLink(simulated, ...link))

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

  it('keeps no connection open while there is nothing to ask', async () => {
    const proxy = await FaultProxy.before(Number(new URL(server.url).port))
    onTestFinished(() => proxy.close())
    const store = new AtomPubEventStore({ url: proxy.through(server.url), credentials: ADMIN })
    expect(await store.readLast('idle')).toEqual({ kind: 'streamNotFound' })
    expect(proxy.connections).toBe(1)
    await expect.poll(() => proxy.connections, { timeout: 10_000 }).toBe(0)
  })

  it('takes a page of a server that resolves links all the same, numbers beyond 2^53 and entries without events included', async () => {
    const entry = { updated: '2026-11-24T12:00:00Z', author: { name: 'EventStore' }, links: [] }
    const event = { ...entry, isJson: true, data: '{"n":1}', metaData: '' }
    const page = {
      title: 'All events',
      headOfStream: false,
      links: [{ uri: `http://es/streams/%24all/${'0'.repeat(31)}9/forward/10`, relation: 'previous' }],
      entries: [
        { ...event, eventId: crypto.randomUUID(), eventType: '$streamDeleted', eventNumber: 7, streamId: 'buried' },
        { ...entry, title: '3@gone', summary: '$>' },
        { ...event, eventId: crypto.randomUUID(), eventType: '$metadata', eventNumber: 0, streamId: '$$kept' },
        { ...event, eventId: crypto.randomUUID(), eventType: 'x', eventNumber: 0, streamId: 'kept' },
      ],
    }
    const text = JSON.stringify(page).replace('"eventNumber":7', '"eventNumber":9223372036854775807')
    const resolving = createServer((_request, response) => void response.writeHead(200).end(text))
    await new Promise<void>((resolve) => resolving.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void resolving.close())
    const { port } = resolving.address() as AddressInfo // listens on a port
    const all = await new AtomPubEventStore({ url: `http://127.0.0.1:${port}` }).readAll(undefined, 10)
    expect(all).toMatchObject({ events: [{ stream: 'kept', revision: 0, data: { n: 1 } }], endOfStore: true })
  })

  it('says that a server that is not there is down', async () => {
    const gone = await startAtomPub(new SimulatedStore())
    await gone.close()
    const store = new AtomPubEventStore({ url: gone.url, credentials: ADMIN })
    expect(await store.health()).toMatchObject({ status: 'down' })
    await expect(store.readLast('any')).rejects.toThrow()
  })
})

describe('AtomPub, asked where none is served', () => {
  const unserved = {
    status: 'down',
    detail: expect.stringMatching(/EVENTSTORE_ENABLE_ATOM_PUB_OVER_HTTP=true.*path of EVENTSTORE_URL/),
  }
  const expectUnserved = async (url: string, credentials: typeof ADMIN) => {
    const store = new AtomPubEventStore({ url, credentials })
    expect(await store.health()).toMatchObject(unserved)
    await expect(store.readLast('any')).rejects.toThrow('no AtomPub is served there')
    await expect(store.readStream('any', 0, 1)).rejects.toThrow('no AtomPub is served there')
    const one = { id: crypto.randomUUID(), type: 'x', data: {}, metadata: {} }
    expect(await store.append('any', 'noStream', [one])).toMatchObject({ kind: 'outcomeUnknown' })
  }

  it('takes no 404 of a server that has it switched off for a stream that is not there', async () => {
    const server = await startAtomPub(new SimulatedStore())
    onTestFinished(() => server.close())
    // The server's own answer to addresses that it serves nothing at.
    await expectUnserved(`${server.url}/elsewhere`, ADMIN)
  })

  it('takes none for that by a gateway whose path is missing from the address', async () => {
    const server = await startGateway(new SimulatedStore())
    onTestFinished(() => server.close())
    await expectUnserved(new URL(server.url).origin, { username: 'gateway', password: GATEWAY_TOKEN })
  })

  it.each([
    { 'Content-Type': 'text/html' },
    { 'Content-Type': 'application/problem+json' },
    { 'Content-Type': 'text/plain', text: 'default backend - 404' },
  ])('takes none for that by whatever else answers: %j', async ({ text = '', ...headers }) => {
    const server = createServer((_request, response) => void response.writeHead(404, headers).end(text))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo // listens on a port
    const url = `http://127.0.0.1:${port}`
    await expectUnserved(url, ADMIN)
    const one = { id: crypto.randomUUID(), type: 'x', data: {}, metadata: {} }
    const append = new AtomPubEventStore({ url }).append('any', 'noStream', [one])
    expect(await append).toEqual({ kind: 'outcomeUnknown', cause: expect.stringContaining('no AtomPub is served') })
  })
})

describe('gRPC, through the vendor’s client', () => {
  const faults = new Faults()
  const simulated = new SimulatedStore()
  let server: SimulatedServer
  let store: GrpcEventStore
  beforeAll(async () => {
    server = await startGrpc(simulated, faults)
    store = new GrpcEventStore({ connectionString: server.url, timeout: 8_000 })
  })
  afterAll(async () => {
    await store.close()
    await server.close()
  })

  eventStoreContract(() => store)
  foreignEventsContract(
    () => store,
    (...event) => writeForeign(simulated, ...event),
  )
  linksContract(
    () => store,
    (...link) => writeLink(simulated, ...link),
  )

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

describe('the connection over gRPC', () => {
  const open = async () => {
    const server = await startGrpc(new SimulatedStore())
    const proxy = await FaultProxy.before(server.port)
    const store = new GrpcEventStore({ connectionString: proxy.through(server.url), idleAfter: 50 })
    onTestFinished(async () => {
      await store.close()
      await proxy.close()
      await server.close()
    })
    return { proxy, store }
  }
  const one = () => ({ id: crypto.randomUUID(), type: 'x', data: {}, metadata: {} })

  it('is let go of when there has been no call for a while, and made anew for the next', async () => {
    const { proxy, store } = await open()
    for (const at of [0, 1, 2]) {
      expect(await store.append('idle', at === 0 ? 'noStream' : at - 1, [one()])).toMatchObject({ first: at })
      expect(proxy.connections).toBe(1)
      await expect.poll(() => proxy.connections, { timeout: 10_000 }).toBe(0)
    }
  })

  it('stays while somebody follows a stream', async () => {
    const { proxy, store } = await open()
    const seen: number[] = []
    const subscription = store.subscribe('followed', 0, async ({ revision }) => void seen.push(revision))
    const other = new GrpcEventStore({ connectionString: proxy.through('esdb://127.0.0.1?tls=false') })
    onTestFinished(() => other.close())
    for (const at of [0, 1, 2]) {
      await other.append('followed', at === 0 ? 'noStream' : at - 1, [one()])
      await expect.poll(() => seen.at(-1)).toBe(at)
    }
    await subscription.close()
    await other.close()
    await expect.poll(() => proxy.connections, { timeout: 10_000 }).toBe(0)
  })

  it('tells of an address that cannot be read without the credentials', () => {
    const credentials = { username: 'admin', password: 'hunter22' }
    const opened = () => new GrpcEventStore({ connectionString: 'esdb://es.example:port', credentials })
    expect(opened).toThrow(expect.not.objectContaining({ connectionString: expect.anything() }))
    expect(opened).toThrow(/^EVENTSTORE_URL: (?!.*hunter22)/)
  })
})

describe('the gateway, over a store that speaks gRPC', () => {
  const faults = new Faults()
  const simulated = new SimulatedStore()
  let server: SimulatedServer
  beforeAll(async () => {
    server = await startGateway(simulated, faults)
  })
  afterAll(() => server.close())
  const open = (password = GATEWAY_TOKEN) =>
    new AtomPubEventStore({ url: server.url, credentials: { username: 'gateway', password }, timeout: 8_000 })
  const one = () => ({ id: crypto.randomUUID(), type: 'x', data: {}, metadata: {} })

  eventStoreContract(() => open())
  foreignEventsContract(
    () => open(),
    (...event) => writeForeign(simulated, ...event),
  )
  linksContract(
    () => open(),
    (...link) => writeLink(simulated, ...link),
  )

  it('lets nobody in without its token', async () => {
    const guessed = open(`${GATEWAY_TOKEN}x`)
    expect(await guessed.append('guessed', 'noStream', [one()])).toEqual({ kind: 'accessDenied' })
    expect(await guessed.readLast('guessed')).toEqual({ kind: 'accessDenied' })
    expect(await guessed.health()).toMatchObject({ status: 'denied' })
    expect((await fetch(`${server.url}/streams/guessed/head/backward/1`)).status).toBe(401)
    expect(await open().readLast('guessed')).toEqual({ kind: 'streamNotFound' })
  })

  it.each(['unavailable', 'lostRequest', 'lostReply'] as const)(
    'does not know how an append ended when the store answers: %s; the same append sent again finds out',
    async (fault) => {
      const [name, event] = [`fault-${fault}`, one()]
      faults.plan('append', fault)
      expect(await open().append(name, 'noStream', [event])).toMatchObject({ kind: 'outcomeUnknown' })
      expect(await open().append(name, 'noStream', [event])).toEqual({ kind: 'appended', first: 0, last: 0 })
      expect(await open().readStream(name, 0, 10)).toMatchObject({ events: [{ id: event.id, revision: 0 }] })
    },
  )

  it('refuses what is no append, and writes nothing of it', async () => {
    const headers = {
      Authorization: `Basic ${btoa(`gateway:${GATEWAY_TOKEN}`)}`,
      'Content-Type': 'application/vnd.eventstore.events+json',
    }
    const event = { eventId: crypto.randomUUID(), eventType: 'x', data: {} }
    const send = (body: string, version: Record<string, string> = { 'ES-ExpectedVersion': '-1' }) =>
      fetch(`${server.url}/streams/broken`, { method: 'POST', headers: { ...headers, ...version }, body })
    const broken: readonly Promise<Response>[] = [
      send('{'),
      send('[]'),
      send(JSON.stringify([{ ...event, eventId: 'none' }])),
      send(JSON.stringify([{ ...event, data: 'text' }])),
      // Any revision: the store would forget that it has had the events.
      send(JSON.stringify([event]), { 'ES-ExpectedVersion': '-2' }),
      send(JSON.stringify([event]), {}),
    ]
    for (const answer of await Promise.all(broken)) expect(answer.status).toBe(400)
    const large = JSON.stringify([{ ...event, data: { text: 'x'.repeat(3 * 1024 * 1024) } }])
    expect((await send(large)).status).toBe(413)
    expect(await open().readLast('broken')).toEqual({ kind: 'streamNotFound' })
  })
})

describe('embedded, in PostgreSQL', () => {
  const database = testDatabase()
  let session: PgSqlSession
  beforeAll(async () => {
    session = pgSession(database.url)
    await migrateAll(session)
  })
  afterAll(() => session.close())

  eventStoreContract(() => new PostgresStreamStore(session))

  it('gives all streams in the order of commit, however many append at once', async () => {
    const store = new PostgresStreamStore(session)
    const streams = Array.from({ length: 8 }, (_, index) => `order-${index}`)
    const appending = new AbortController()
    let checkpoint: string | undefined
    const seen: string[] = []
    const follow = async () => {
      for (;;) {
        const isLast = appending.signal.aborted
        const page = await store.readAll(checkpoint, 50)
        checkpoint = page.next
        seen.push(
          ...page.events.filter((one) => streams.includes(one.stream)).map((one) => `${one.stream}@${one.revision}`),
        )
        if (isLast && page.endOfStore) return
      }
    }
    const following = follow()
    await Promise.all(
      streams.map(async (name) => {
        for (let at = 0; at < 25; at++) {
          const event = { id: crypto.randomUUID(), type: 'x', data: { at }, metadata: {} }
          expect(await store.append(name, at === 0 ? 'noStream' : at - 1, [event])).toMatchObject({ first: at })
        }
      }),
    )
    appending.abort()
    await following
    // Whoever follows the store has missed none, and had none twice.
    expect(seen).toHaveLength(200)
    for (const name of streams)
      expect(seen.filter((one) => one.startsWith(`${name}@`))).toEqual(
        Array.from({ length: 25 }, (_, at) => `${name}@${at}`),
      )
  })

  it('does not know how an append ended when the database is away', async () => {
    const away = new PostgresStreamStore({ transaction: () => Promise.reject(new Error('no route')) })
    const one = { id: crypto.randomUUID(), type: 'x', data: {}, metadata: {} }
    expect(await away.append('any', 'noStream', [one])).toMatchObject({ kind: 'outcomeUnknown' })
    expect(await away.health()).toMatchObject({ status: 'down' })
    await expect(away.readLast('any')).rejects.toThrow('no route')
  })
})

describe('embedded, in PGlite', () => {
  let session: PgliteSqlSession
  beforeAll(async () => {
    session = await PgliteSqlSession.open(undefined)
    await migrateAll(session)
  })
  afterAll(() => session.close())

  eventStoreContract(() => new PostgresStreamStore(session))
})
