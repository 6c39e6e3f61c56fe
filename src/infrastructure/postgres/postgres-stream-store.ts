import { z } from 'zod'
import { metadataOf, metadataStream, probed, tooLarge } from '#domain/event-store/store-answers.ts'
import {
  APPEND_LIMITS,
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
import { pollingSubscription } from '#infrastructure/event-store/polling-subscription.ts'
import { onlyRow, type SqlRow, type SqlSession, type SqlStatement } from './sql-session.ts'

/** Milliseconds between two looks of a subscription that has come to the end. */
const LOOK_EVERY = 250

const EVENT = 'e.stream, e.revision, e.id, e.type, e.data, e.metadata'

const Appended = z.object({
  outcome: z.enum(['appended', 'wrongExpectedRevision', 'streamDeleted']),
  first_revision: z.coerce.number().nullable(),
  current: z.coerce.number().nullable(),
})
const Removed = z.enum(['deleted', 'wrongExpectedRevision', 'streamDeleted'])

/**
 * The embedded event store, in the schema `event_store`: streams of an EventStoreDB's semantics in PostgreSQL, where there is no
 * server of it. Appends to all streams come one after the other, so that the order of all events is that of their commits.
 */
export class PostgresStreamStore implements StreamStore {
  readonly #session: SqlSession

  constructor(session: SqlSession) {
    this.#session = session
  }

  async append(stream: string, expected: ExpectedRevision, events: readonly StoreEvent[]): Promise<AppendResult> {
    const refused = tooLarge(events)
    if (refused) return refused
    let row: SqlRow
    try {
      row = onlyRow(
        await this.#query(
          'select * from event_store.append($1, $2, $3::uuid[], $4::text[], $5::text[], $6::text[])',
          stream,
          numberOf(expected),
          events.map(({ id }) => id),
          events.map(({ type }) => type),
          events.map(({ data }) => JSON.stringify(data)),
          events.map(({ metadata }) => JSON.stringify(metadata)),
        ),
      )
    } catch (fault) {
      return { kind: 'outcomeUnknown', cause: String(fault) }
    }
    const { outcome, first_revision: first, current } = Appended.parse(row)
    if (outcome === 'streamDeleted') return { kind: 'streamDeleted' }
    if (outcome === 'appended') return { kind: 'appended', first: first ?? 0, last: (first ?? 0) + events.length - 1 }
    return { kind: 'wrongExpectedRevision', current: current === null || current < 0 ? 'noStream' : current }
  }

  readStream(stream: string, from: number, limit: number): Promise<ReadResult> {
    return this.#read('e.revision >= $2 order by e.revision limit $3', stream, from, limit)
  }

  readLast(stream: string): Promise<ReadResult> {
    return this.#read('true order by e.revision desc limit 1', stream)
  }

  async readAll(checkpoint: string | undefined, limit: number): Promise<AllPage> {
    const rows = await this.#query(
      `select e.position, ${EVENT} from event_store.event e where e.position > $1 and not e.stream like '$%' and not e.type like '$%'
       order by e.position limit $2`,
      Number(checkpoint ?? 0),
      limit,
    )
    const last = rows.at(-1)
    return {
      events: rows.map((row) => eventOf(row)),
      next: last ? String(Number(last['position'])) : (checkpoint ?? '0'),
      endOfStore: rows.length < limit,
    }
  }

  subscribe(stream: string, from: number, onEvent: (event: RecordedStoreEvent) => Promise<void>): StoreSubscription {
    return pollingSubscription(
      async (at, signal) => {
        const read = await this.readStream(stream, at, APPEND_LIMITS.events)
        if (read.kind === 'streamDeleted') throw new Error('the subscription ended: the stream has been deleted')
        if (read.kind === 'read' && read.events.length > 0) return read.events
        await pause(signal)
        return []
      },
      from,
      onEvent,
    )
  }

  async readMetadata(stream: string): Promise<MetadataResult> {
    return metadataOf(await this.readLast(metadataStream(stream)))
  }

  writeMetadata(stream: string, expected: ExpectedRevision, metadata: StreamMetadata): Promise<AppendResult> {
    const event = { id: crypto.randomUUID(), type: '$metadata', data: metadata, metadata: {} }
    return this.append(metadataStream(stream), expected, [event])
  }

  delete(stream: string, expected: ExpectedRevision): Promise<DeleteResult> {
    return this.#remove(stream, expected, false)
  }

  tombstone(stream: string, expected: ExpectedRevision): Promise<DeleteResult> {
    return this.#remove(stream, expected, true)
  }

  health() {
    return probed(this, String)
  }

  capabilities() {
    return Promise.resolve({ protocol: 'embedded', pushes: false } as const)
  }

  /** The session is its owner's to close. */
  close(): Promise<void> {
    return Promise.resolve()
  }

  /** @param which of the stream's events, as the end of a query */
  async #read(which: string, ...params: readonly [stream: string, ...rest: readonly number[]]): Promise<ReadResult> {
    const rows = await this.#query(
      `select s.next, s.is_buried, s.next = s.first as is_empty, e.* from event_store.stream s
       left join lateral (select ${EVENT} from event_store.event e where e.stream = s.name and ${which}) e on true
       where s.name = $1 order by e.revision`,
      ...params,
    )
    const [found] = rows
    if (found?.['is_buried'] === true) return { kind: 'streamDeleted' }
    if (!found || found['is_empty'] === true) return { kind: 'streamNotFound' }
    const events = rows.filter(({ id }) => id !== null).map((row) => eventOf(row))
    const last = events.at(-1)?.revision
    return { kind: 'read', events, endOfStream: last === undefined || last >= Number(found['next']) - 1 }
  }

  async #remove(stream: string, expected: ExpectedRevision, buries: boolean): Promise<DeleteResult> {
    const [row] = await this.#query(
      'select event_store.remove($1, $2, $3) as outcome',
      stream,
      numberOf(expected),
      buries,
    )
    return { kind: Removed.parse(row?.['outcome']) }
  }

  async #query(text: string, ...params: NonNullable<SqlStatement['params']>): Promise<readonly SqlRow[]> {
    const [rows = []] = await this.#session.transaction('owner', [{ text, params }])
    return rows
  }
}

const numberOf = (expected: ExpectedRevision): number => (expected === 'noStream' ? -1 : expected)

const eventOf = (row: SqlRow): RecordedStoreEvent => ({
  id: String(row['id']),
  type: String(row['type']),
  stream: String(row['stream']),
  revision: Number(row['revision']),
  data: JSON.parse(String(row['data'])) as RecordedStoreEvent['data'], // written by `append`
  metadata: JSON.parse(String(row['metadata'])) as RecordedStoreEvent['metadata'], // as above
})

/** Waits a moment, or until the signal ends it. */
const pause = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, LOOK_EVERY)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
