import type { EventEnvelope } from '#common/envelope.ts'
import type { Json, JsonObject } from '#common/json.ts'

/** Revision of a stream's last event that an append counts on: a number from 0 on, or that the stream has no event yet. */
export type ExpectedRevision = number | 'noStream'

/** An event as it is appended. The id is fixed when the event is committed: it is what makes sending it twice harmless. */
export interface StoreEvent {
  /** UUID. */
  readonly id: string
  readonly type: string
  /** An object: stores keep no bare values, and re-serialise what they keep. */
  readonly data: Readonly<Record<string, Json>>
  readonly metadata: Readonly<Record<string, Json>>
}

export interface RecordedStoreEvent extends StoreEvent {
  readonly stream: string
  /** Place in its stream, from 0 on. */
  readonly revision: number
}

export type AppendResult =
  | { readonly kind: 'appended'; readonly first: number; readonly last: number }
  /** `current`: revision of the last event there is, if the store says it. Nothing has been written. */
  | { readonly kind: 'wrongExpectedRevision'; readonly current: number | 'noStream' | undefined }
  /** The stream has been deleted for good. */
  | { readonly kind: 'streamDeleted' }
  | { readonly kind: 'accessDenied' }
  /** More than one append may carry. Nothing has been sent. */
  | { readonly kind: 'tooLarge'; readonly bytes: number }
  /** Another node leads; nothing has been written. */
  | { readonly kind: 'notLeader'; readonly leader: string | undefined }
  /** No answer, or one that tells nothing. Sending the identical events once more finds out. */
  | { readonly kind: 'outcomeUnknown'; readonly cause: string }

export type ReadResult =
  | { readonly kind: 'read'; readonly events: readonly RecordedStoreEvent[]; readonly endOfStream: boolean }
  | { readonly kind: 'streamNotFound' }
  | { readonly kind: 'streamDeleted' }
  | { readonly kind: 'accessDenied' }

/** What a stream's metadata says that we use. Unknown keys of others are kept. */
export type StreamMetadata = Readonly<Record<string, Json>>

export type MetadataResult =
  | { readonly kind: 'read'; readonly metadata: StreamMetadata; readonly revision: number | 'noStream' }
  | { readonly kind: 'streamDeleted' }
  | { readonly kind: 'accessDenied' }

export type DeleteResult =
  | { readonly kind: 'deleted' }
  | { readonly kind: 'wrongExpectedRevision' }
  | { readonly kind: 'streamDeleted' }
  | { readonly kind: 'accessDenied' }

/** One page of everything the store holds, in commit order. `next` names the place to read on from; it is the store's own. */
export interface AllPage {
  readonly events: readonly RecordedStoreEvent[]
  readonly next: string
  readonly endOfStore: boolean
}

export interface StoreHealth {
  readonly status: 'up' | 'down' | 'denied'
  /** Round trip in milliseconds. */
  readonly latency: number
  readonly detail?: string
}

export interface StoreCapabilities {
  readonly protocol: 'embedded' | 'atompub' | 'grpc'
  /** Whether a reader is pushed new events, or has to ask for them. */
  readonly pushes: boolean
  readonly serverVersion?: string
}

/** A running subscription. */
export interface StoreSubscription {
  /** Resolves when it has ended; rejects when it could not go on. */
  readonly closed: Promise<void>
  close(): Promise<void>
}

/**
 * A store of event streams, with the semantics of EventStoreDB. What a caller must decide on comes as a result; a fault
 * while reading throws, since reading again is all there is to do about it.
 */
export interface StreamStore {
  /** Appends all events or none, after the expected revision. With the same ids sent again, answers as it did the first time. */
  append(stream: string, expected: ExpectedRevision, events: readonly StoreEvent[]): Promise<AppendResult>
  /** Up to `limit` events from revision `from` on, in order. */
  readStream(stream: string, from: number, limit: number): Promise<ReadResult>
  /** The last event, if the stream has one. */
  readLast(stream: string): Promise<ReadResult>
  /** Up to `limit` events of all streams after `checkpoint` (undefined: from the beginning), system events left out. */
  readAll(checkpoint: string | undefined, limit: number): Promise<AllPage>
  /** Hands over every event from revision `from` on, in order and one at a time, those that come later too. */
  subscribe(stream: string, from: number, onEvent: (event: RecordedStoreEvent) => Promise<void>): StoreSubscription
  readMetadata(stream: string): Promise<MetadataResult>
  writeMetadata(stream: string, expected: ExpectedRevision, metadata: StreamMetadata): Promise<AppendResult>
  /** Removes the events; the stream may be begun again, with later revisions. */
  delete(stream: string, expected: ExpectedRevision): Promise<DeleteResult>
  /** Removes the stream for good: its name can never be used again. */
  tombstone(stream: string, expected: ExpectedRevision): Promise<DeleteResult>
  health(): Promise<StoreHealth>
  capabilities(): Promise<StoreCapabilities>
  /** Ends what the adapter holds open. */
  close(): Promise<void>
}

/** A stream that nobody writes: asking for its end shows that the store answers, and an append that is bound to fail, who may write. */
export const PROBED_STREAM = 'acci-health'

/** Most events, and most bytes of data and metadata, that one append carries (G-66). */
export const APPEND_LIMITS = { events: 100, bytes: 1024 * 1024 } as const

/** The store of record that projections read. Streams are `tenant-{tenantId}`; revision = position − 1. */
export interface EventStore {
  /** True when the tenant's log itself is the store, so that nothing needs forwarding. */
  readonly sharesTenantLog: boolean
  /** Up to `limit` events of the tenant after position `after`, in order. A page may be short and yet not be the last. */
  readTenant(tenantId: string, after: number, limit: number): Promise<LogPage>
}

export interface LogPage {
  readonly events: readonly EventEnvelope[]
  /** Position of the log's last event when the page was read. */
  readonly head: number
  /** Wrapped keys of the events' subjects, where they came with the page; a destroyed key is missing. */
  readonly subjectKeys?: Readonly<Record<string, string>>
  /** Personal fields by position, open, where whoever gives the page has sealed them himself a moment ago. */
  readonly personal?: ReadonlyMap<number, JsonObject>
}
