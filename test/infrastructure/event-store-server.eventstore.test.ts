import { afterAll, describe } from 'vitest'
import type { StreamStore } from '#domain/ports/event-store.ts'
import { AtomPubEventStore } from '#infrastructure/event-store/atompub-event-store.ts'
import { GrpcEventStore } from '#infrastructure/node/grpc-event-store.ts'
import { eventStoreContract } from '../contract/event-store.contract.ts'

/**
 * The contract suite against a server that exists: `EVENTSTORE_URL=… npm run test:eventstore`, with `EVENTSTORE_USERNAME` and
 * `EVENTSTORE_PASSWORD` if it asks for them. `esdb://` is gRPC, `http(s)://` AtomPub. It writes to streams of its own alone.
 */
const { EVENTSTORE_URL: url, EVENTSTORE_USERNAME: username, EVENTSTORE_PASSWORD: password } = process.env
if (url === undefined) throw new Error('EVENTSTORE_URL names no server to test against')

const credentials = username !== undefined && password !== undefined ? { credentials: { username, password } } : {}
const store: StreamStore = url.startsWith('esdb')
  ? new GrpcEventStore({ connectionString: url, ...credentials })
  : new AtomPubEventStore({ url, ...credentials })

describe(`an EventStoreDB by ${url.startsWith('esdb') ? 'gRPC' : 'AtomPub'}`, () => {
  afterAll(() => store.close())
  eventStoreContract(() => store)
})
