import {
  AccessDeniedError,
  BACKWARDS,
  END,
  FORWARDS,
  isCommandError,
  jsonEvent,
  MaxAppendSizeExceededError,
  NO_STREAM,
  NotLeaderError,
  START,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
  type EventStoreDBClient,
  type RecordedEvent,
  type StreamSubscription,
} from '@eventstore/db-client'
import {
  type AllPage,
  type AppendResult,
  type DeleteResult,
  type ExpectedRevision,
  type MetadataResult,
  type ReadResult,
  type RecordedStoreEvent,
  type StoreEvent,
  type StoreSubscription,
  type StreamMetadata,
  type StreamStore,
} from '#domain/ports/event-store.ts'
import type { StoreAdministration } from '#domain/ports/store-administration.ts'
import { appendBytes } from '#domain/event-store/append-bytes.ts'
import {
  isSystemEvent,
  metadataOf,
  metadataStream,
  objectIn,
  probed,
  tooLarge,
} from '#domain/event-store/store-answers.ts'
import { connectionCause } from '../event-store/connection-fault.ts'
import { isWithoutTls } from '../shared/grpc-address.ts'
import { GrpcConnection } from './grpc-connection.ts'
import { GrpcProjections } from './grpc-projections.ts'

export interface GrpcOptions {
  /** `esdb://…` as the vendor defines it, without credentials. */
  readonly connectionString: string
  readonly credentials?: { readonly username: string; readonly password: string }
  /** Milliseconds until a call is given up. */
  readonly timeout?: number
  /** Milliseconds without a call until the connection is let go of. */
  readonly idleAfter?: number
}

/** How a private authority is trusted. The client does not do so for NODE_EXTRA_CA_CERTS' sake. */
const TRUST = 'name it as tlsCAFile in EVENTSTORE_URL'

/** The address as the client takes it. It may name several hosts, so it is no URL. */
function completed(connectionString: string, credentials: GrpcOptions['credentials']): string {
  const access = credentials
    ? `${encodeURIComponent(credentials.username)}:${encodeURIComponent(credentials.password)}@`
    : ''
  const address = connectionString.replace('://', () => `://${access}`)
  // The other way of telling failures answers a wrong revision when appends are pipelined.
  return `${address}${address.includes('?') ? '&' : '?'}throwOnAppendFailure=true`
}

/** EventStoreDB over gRPC, through the vendor's own client: for the container, where there is HTTP/2. */
export class GrpcEventStore implements StreamStore {
  readonly #connection: GrpcConnection
  readonly #call: { readonly deadline: number }
  readonly #isWithoutTls: boolean

  constructor({ connectionString, credentials, timeout = 10_000, idleAfter }: GrpcOptions) {
    this.#isWithoutTls = isWithoutTls(connectionString)
    this.#connection = new GrpcConnection(completed(connectionString, credentials), idleAfter)
    this.#call = { deadline: timeout }
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly StoreEvent[]): Promise<AppendResult> {
    const refused = tooLarge(events)
    if (refused) return refused
    const written = events.map(({ id, type, data, metadata }) => jsonEvent({ id, type, data, metadata }))
    try {
      const { nextExpectedRevision } = await this.#connection.use((client) =>
        client.appendToStream(stream, written, { ...this.#call, expectedRevision: revisionOf(expected) }),
      )
      const last = Number(nextExpectedRevision)
      return { kind: 'appended', first: last - events.length + 1, last }
    } catch (fault) {
      return this.#appendFault(fault, events)
    }
  }

  async readStream(stream: string, from: number, limit: number): Promise<ReadResult> {
    return this.#read(stream, { direction: FORWARDS, fromRevision: BigInt(from), maxCount: limit }, limit)
  }

  async readLast(stream: string): Promise<ReadResult> {
    const result = await this.#read(stream, { direction: BACKWARDS, fromRevision: END, maxCount: 1 }, 1)
    return result.kind === 'read' ? { ...result, endOfStream: true } : result
  }

  async readAll(checkpoint: string | undefined, limit: number): Promise<AllPage> {
    let next = checkpoint
    for (;;) {
      const after = next === undefined ? undefined : BigInt(next)
      const events: RecordedStoreEvent[] = []
      let read = 0
      // Reading begins at the position named, which the caller has had already.
      await this.#connection.use(async (client) => {
        const page = client.readAll({
          ...this.#call,
          direction: FORWARDS,
          fromPosition: after === undefined ? START : { commit: after, prepare: after },
          maxCount: after === undefined ? limit : limit + 1,
        })
        for await (const { event } of page) {
          if (event?.position === undefined || event.position.commit === after) continue
          read++
          next = String(event.position.commit)
          const one = recorded(event)
          if (!isSystemEvent(one)) events.push(one)
        }
      })
      const endOfStore = read < limit
      // A page of nothing but system events is not the end.
      if (events.length > 0 || endOfStore) return { events, next: next ?? '0', endOfStore }
    }
  }

  subscribe(stream: string, from: number, onEvent: (event: RecordedStoreEvent) => Promise<void>): StoreSubscription {
    const opened = Promise.withResolvers<StreamSubscription>()
    const closed = this.#connection.use(async (client) => {
      const subscription = client.subscribeToStream(stream, {
        fromRevision: from === 0 ? START : BigInt(from - 1), // begins after the revision named
      })
      opened.resolve(subscription)
      try {
        for await (const { event } of subscription) if (event) await onEvent(recorded(event))
      } finally {
        // Left open after a fault it would keep the client from ever ending.
        await subscription.unsubscribe()
      }
    })
    closed.catch(() => undefined) // told to whoever waits for `closed`
    return {
      closed,
      async close() {
        const subscription = await opened.promise
        await subscription.unsubscribe()
        await closed
      },
    }
  }

  /** The client's own way renames the keys it knows: the stream of metadata is read and written as it is. */
  async readMetadata(stream: string): Promise<MetadataResult> {
    return metadataOf(await this.readLast(metadataStream(stream)))
  }

  async writeMetadata(stream: string, expected: ExpectedRevision, metadata: StreamMetadata): Promise<AppendResult> {
    const event = jsonEvent({ type: '$metadata', data: metadata })
    try {
      const { nextExpectedRevision } = await this.#connection.use((client) =>
        client.appendToStream(metadataStream(stream), event, { ...this.#call, expectedRevision: revisionOf(expected) }),
      )
      return { kind: 'appended', first: Number(nextExpectedRevision), last: Number(nextExpectedRevision) }
    } catch (fault) {
      return this.#appendFault(fault, [])
    }
  }

  delete(stream: string, expected: ExpectedRevision): Promise<DeleteResult> {
    return this.#remove((client) =>
      client.deleteStream(stream, { ...this.#call, expectedRevision: revisionOf(expected) }),
    )
  }

  tombstone(stream: string, expected: ExpectedRevision): Promise<DeleteResult> {
    return this.#remove((client) =>
      client.tombstoneStream(stream, { ...this.#call, expectedRevision: revisionOf(expected) }),
    )
  }

  health() {
    return probed(this, (fault) => this.#causeOf(fault))
  }

  capabilities() {
    return Promise.resolve({ protocol: 'grpc', pushes: true } as const)
  }

  /** What only an administrator does. */
  get administration(): StoreAdministration {
    return new GrpcProjections(this.#connection, this.#call)
  }

  close(): Promise<void> {
    return this.#connection.close()
  }

  async #read(
    stream: string,
    options: Parameters<EventStoreDBClient['readStream']>[1],
    limit: number,
  ): Promise<ReadResult> {
    const events: RecordedStoreEvent[] = []
    try {
      await this.#connection.use(async (client) => {
        for await (const { event } of client.readStream(stream, { ...this.#call, ...options }))
          if (event) events.push(recorded(event))
      })
    } catch (fault) {
      return fault instanceof StreamNotFoundError ? { kind: 'streamNotFound' } : readFault(fault)
    }
    return { kind: 'read', events, endOfStream: events.length < limit }
  }

  async #remove(remove: (client: EventStoreDBClient) => Promise<unknown>): Promise<DeleteResult> {
    try {
      await this.#connection.use(remove)
      return { kind: 'deleted' }
    } catch (fault) {
      if (fault instanceof StreamDeletedError) return { kind: 'streamDeleted' }
      if (fault instanceof AccessDeniedError) return { kind: 'accessDenied' }
      if (fault instanceof WrongExpectedVersionError) return { kind: 'wrongExpectedRevision' }
      throw fault
    }
  }

  #appendFault(fault: unknown, events: readonly StoreEvent[]): AppendResult {
    if (fault instanceof WrongExpectedVersionError) {
      const { actualVersion } = fault
      return {
        kind: 'wrongExpectedRevision',
        current: actualVersion === 'no_stream' ? 'noStream' : Number(actualVersion),
      }
    }
    if (fault instanceof StreamDeletedError) return { kind: 'streamDeleted' }
    if (fault instanceof AccessDeniedError) return { kind: 'accessDenied' }
    if (fault instanceof MaxAppendSizeExceededError) return { kind: 'tooLarge', bytes: appendBytes(events) }
    if (fault instanceof NotLeaderError)
      return { kind: 'notLeader', leader: `${fault.leader.address}:${fault.leader.port}` }
    return { kind: 'outcomeUnknown', cause: this.#causeOf(fault) }
  }

  #causeOf(fault: unknown): string {
    if (!(fault instanceof Error)) return String(fault)
    const text = `${isCommandError(fault) ? fault.type : fault.name}: ${fault.message}`
    return connectionCause(text, { isWithoutTls: this.#isWithoutTls, trust: TRUST })
  }
}

const revisionOf = (expected: ExpectedRevision) => (expected === 'noStream' ? NO_STREAM : BigInt(expected))

function recorded({ id, type, streamId, revision, data, metadata }: RecordedEvent): RecordedStoreEvent {
  return { id, type, stream: streamId, revision: Number(revision), data: objectIn(data), metadata: objectIn(metadata) }
}

function readFault(fault: unknown): { readonly kind: 'streamDeleted' } | { readonly kind: 'accessDenied' } {
  if (fault instanceof StreamDeletedError) return { kind: 'streamDeleted' }
  if (fault instanceof AccessDeniedError) return { kind: 'accessDenied' }
  throw fault
}
