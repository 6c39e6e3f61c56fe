import type {
  AppendResult,
  ExpectedRevision,
  ReadResult,
  RecordedStoreEvent,
  StoreEvent,
  StreamStore,
} from '#domain/ports/event-store.ts'

/** What the next append meets: the store does or does not write it, and says or does not say so. */
export type AppendFault = 'lostRequest' | 'lostReply' | 'accessDenied' | 'notLeader' | 'throws'

/** Streams in memory, with the idempotency of EventStoreDB: the same ids at the same place are answered as they first were. */
export class MemoryStreamStore implements Pick<StreamStore, 'append' | 'readStream' | 'readLast'> {
  readonly streams = new Map<string, RecordedStoreEvent[]>()
  readonly deleted = new Set<string>()
  /** Every append as it arrived. */
  readonly appends: { readonly expected: ExpectedRevision; readonly ids: readonly string[] }[] = []
  /** One for each append to come, as long as there are any. */
  readonly faults: (AppendFault | undefined)[] = []
  /** Thrown by every read while it is set. */
  readFault: Error | undefined

  append(stream: string, expected: ExpectedRevision, events: readonly StoreEvent[]): Promise<AppendResult> {
    this.appends.push({ expected, ids: events.map(({ id }) => id) })
    const fault = this.faults.shift()
    if (fault === 'throws') return Promise.reject(new Error('the connection broke'))
    if (fault === 'lostRequest') return Promise.resolve({ kind: 'outcomeUnknown', cause: 'timeout' })
    if (fault === 'accessDenied') return Promise.resolve({ kind: 'accessDenied' })
    if (fault === 'notLeader') return Promise.resolve({ kind: 'notLeader', leader: undefined })
    const result = this.#append(stream, expected, events)
    return Promise.resolve(fault === 'lostReply' ? { kind: 'outcomeUnknown', cause: 'timeout' } : result)
  }

  readStream(stream: string, from: number, limit: number): Promise<ReadResult> {
    return this.#read(stream, (events) => events.slice(from, from + limit))
  }

  readLast(stream: string): Promise<ReadResult> {
    return this.#read(stream, (events) => events.slice(-1))
  }

  #append(stream: string, expected: ExpectedRevision, events: readonly StoreEvent[]): AppendResult {
    if (this.deleted.has(stream)) return { kind: 'streamDeleted' }
    const log = this.streams.get(stream) ?? []
    const first = expected === 'noStream' ? 0 : expected + 1
    if (first !== log.length) {
      const there = log.slice(first, first + events.length)
      const same = there.length === events.length && there.every(({ id }, index) => id === events[index]?.id)
      if (same) return { kind: 'appended', first, last: first + events.length - 1 }
      return { kind: 'wrongExpectedRevision', current: log.length === 0 ? 'noStream' : log.length - 1 }
    }
    // As text and back: a store keeps no more than JSON carries.
    const copies = events.map((event) => JSON.parse(JSON.stringify(event)) as StoreEvent) // just written
    this.streams.set(stream, [...log, ...copies.map((event, index) => ({ ...event, stream, revision: first + index }))])
    return { kind: 'appended', first, last: first + events.length - 1 }
  }

  #read(
    stream: string,
    select: (events: readonly RecordedStoreEvent[]) => readonly RecordedStoreEvent[],
  ): Promise<ReadResult> {
    if (this.readFault) return Promise.reject(this.readFault)
    if (this.deleted.has(stream)) return Promise.resolve({ kind: 'streamDeleted' })
    const log = this.streams.get(stream)
    return Promise.resolve(log ? { kind: 'read', events: select(log), endOfStream: true } : { kind: 'streamNotFound' })
  }
}
