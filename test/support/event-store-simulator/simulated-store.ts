import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { SimulatedProjections } from './simulated-projections.ts'

/** Expected versions as the protocols number them. */
export const ANY = -2
export const NO_STREAM = -1
export const STREAM_EXISTS = -4

/** The server keeps this many ids in memory to recognise repeated appends that expect any version. */
const REMEMBERED_IDS = 100_000

/** Number of the event that buries a stream: the largest of 64 bits, which JavaScript can only come near to. */
export const TOMBSTONE = 2 ** 63
export const revisionText = (revision: number): string =>
  revision === TOMBSTONE ? '9223372036854775807' : String(revision)

export interface StoredRecord {
  readonly id: string
  readonly type: string
  readonly json: boolean
  readonly data: Buffer
  readonly metadata: Buffer
  readonly stream: string
  readonly revision: number
  /** Place in $all, from 1 on. */
  readonly position: number
  /** Milliseconds since the epoch. */
  readonly created: number
}

export type ProposedRecord = Pick<StoredRecord, 'id' | 'type' | 'json' | 'data' | 'metadata'>

export type SimulatedAppend =
  | { readonly result: 'ok'; readonly first: number; readonly last: number; readonly position: number }
  | { readonly result: 'wrong'; readonly current: number }
  | { readonly result: 'deleted' }

export type SimulatedDelete =
  | Exclude<SimulatedAppend, { result: 'ok' }>
  | { readonly result: 'ok'; readonly position: number }

export interface SimulatedRead {
  readonly result: 'ok' | 'noStream' | 'deleted'
  readonly records: readonly StoredRecord[]
  /** Revision of the last event, −1 for none. */
  readonly last: number
}

interface Stream {
  readonly records: StoredRecord[]
  tombstoned: boolean
}

interface Metadata {
  readonly $maxCount?: number
  readonly $tb?: number
  readonly $acl?: AccessList
}

type AccessList = Readonly<Record<string, string | readonly string[]>>
type DefaultAccess = { readonly [Kind in '$userStreamAcl' | '$systemStreamAcl']?: AccessList }

/** `$tb` of a stream that has been deleted but may be begun again. */
const SOFT_DELETED = Number.MAX_SAFE_INTEGER

type Verdict =
  | { readonly kind: 'write'; readonly softDeleted: boolean }
  | { readonly kind: 'repeated'; readonly first: number; readonly last: number }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'deleted' }

/**
 * What an EventStoreDB keeps, in memory: streams, $all, metadata, deletions, and its rules of idempotency. For tests alone:
 * it stands in for a server that cannot be had there, behind both protocols of the real one.
 */
export class SimulatedStore extends EventEmitter<{ commit: [stream: string] }> {
  readonly #streams = new Map<string, Stream>()
  readonly #all: StoredRecord[] = []
  readonly #remembered = new Map<string, { readonly stream: string; readonly revision: number }>()
  readonly projections = new SimulatedProjections(this)

  constructor() {
    super()
    this.setMaxListeners(0)
    // A real server has written some of its own before anybody else does.
    const user = { id: randomUUID(), type: '$User', json: true, data: Buffer.from('{}'), metadata: Buffer.alloc(0) }
    this.append('$users', [user], ANY)
  }

  append(stream: string, events: readonly ProposedRecord[], expected: number): SimulatedAppend {
    const verdict = this.#judge(
      stream,
      expected,
      events.map(({ id }) => id),
    )
    const last = this.last(stream)
    switch (verdict.kind) {
      case 'wrong':
        return { result: 'wrong', current: last }
      case 'deleted':
        return { result: 'deleted' }
      case 'repeated':
        return {
          result: 'ok',
          first: verdict.first,
          last: verdict.last,
          position: this.#at(stream, verdict.last)?.position ?? -1,
        }
      case 'write':
    }
    let revision = last
    for (const event of events) this.#write(stream, ++revision, event)
    if (verdict.softDeleted && !stream.startsWith('$$')) this.#patchMetadata(stream, { $tb: last + 1 })
    this.emit('commit', stream)
    return { result: 'ok', first: last + 1, last: revision, position: this.#all.length }
  }

  remove(stream: string, expected: number, forever: boolean): SimulatedDelete {
    const verdict = this.#judge(stream, expected, [randomUUID()])
    if (verdict.kind === 'deleted') return { result: 'deleted' }
    if (verdict.kind !== 'write') return { result: 'wrong', current: this.last(stream) }
    if (forever) {
      this.#write(stream, TOMBSTONE, {
        id: randomUUID(),
        type: '$streamDeleted',
        json: false,
        data: Buffer.alloc(0),
        metadata: Buffer.alloc(0),
      })
      this.#stream(stream).tombstoned = true
    } else {
      if (this.last(stream) < 0 && this.last(`$$${stream}`) < 0) return { result: 'wrong', current: -1 }
      this.#patchMetadata(stream, { $tb: SOFT_DELETED })
    }
    this.emit('commit', stream)
    return { result: 'ok', position: this.#all.length }
  }

  /** Up to `limit` events from a revision on, or from it back. */
  read(stream: string, from: number | 'end', limit: number, backwards = false): SimulatedRead {
    const kept = this.#streams.get(stream)
    if (kept?.tombstoned) return { result: 'deleted', records: [], last: -1 }
    const last = this.last(stream)
    if (last < 0 || this.#isSoftDeleted(stream)) return { result: 'noStream', records: [], last: -1 }
    const lowest = this.#lowest(stream)
    const visible = (kept?.records ?? []).filter(({ revision }) => revision >= lowest)
    const start = from === 'end' ? (backwards ? last : last + 1) : from
    const records = backwards
      ? visible.filter(({ revision }) => revision <= start).toReversed()
      : visible.filter(({ revision }) => revision >= start)
    return { result: 'ok', records: records.slice(0, limit), last }
  }

  /** Up to `limit` events of all streams at or after a position, or before it when reading backwards. */
  readAll(from: number | 'end', limit: number, backwards = false): readonly StoredRecord[] {
    const end = this.#all.length + 1
    const start = from === 'end' ? end : from
    return backwards
      ? this.#all.slice(Math.max(0, start - 1 - limit), Math.max(0, start - 1)).toReversed()
      : this.#all.slice(Math.max(0, start - 1), Math.max(0, start - 1) + limit)
  }

  /** What a link points to, if that is there. */
  target(link: StoredRecord): StoredRecord | undefined {
    const [revision = '', stream = ''] = link.data.toString().split(/@(.*)/s)
    const [found] = this.read(stream, Number(revision), 1).records
    return found?.revision === Number(revision) ? found : undefined
  }

  last(stream: string): number {
    return this.#streams.get(stream)?.records.at(-1)?.revision ?? -1
  }

  metadata(stream: string): Metadata {
    const text = this.#streams.get(`$$${stream}`)?.records.at(-1)?.data.toString()
    return text === undefined ? {} : (JSON.parse(text) as Metadata) // whoever wrote it wrote JSON, or the tests fail here
  }

  /** Who may do what with streams that say nothing of their own, if somebody has set it. */
  defaultAccess(): DefaultAccess {
    const text = this.#streams.get('$settings')?.records.at(-1)?.data.toString()
    return text === undefined ? {} : (JSON.parse(text) as DefaultAccess) // as above
  }

  /** The rules by which the server takes an append for a repetition (IndexWriter.CheckCommit of 23.10). */
  #judge(stream: string, expected: number, ids: readonly string[]): Verdict {
    const last = this.last(stream)
    if (this.#streams.get(stream)?.tombstoned) return { kind: 'deleted' }
    const softDeleted = this.#isSoftDeleted(stream)
    if (expected === STREAM_EXISTS) {
      if (softDeleted) return { kind: 'deleted' }
      if (last < 0 && this.last(`$$${stream}`) < 0) return { kind: 'wrong' }
    }
    if (expected === ANY || expected === STREAM_EXISTS) {
      const known = ids.map((id) => this.#remembered.get(id))
      const [first] = known
      if (first?.stream !== stream) return { kind: 'write', softDeleted }
      const lastKnown = known.at(-1)
      return known.every((one) => one?.stream === stream) && lastKnown
        ? { kind: 'repeated', first: first.revision, last: lastKnown.revision }
        : { kind: 'wrong' }
    }
    if (expected > last) return { kind: 'wrong' }
    if (expected === last) return { kind: 'write', softDeleted }
    const same = ids.findIndex((id, index) => this.#at(stream, expected + 1 + index)?.id !== id)
    if (same === -1 && ids.length > 0) return { kind: 'repeated', first: expected + 1, last: expected + ids.length }
    return same === 0 && expected === NO_STREAM && softDeleted ? { kind: 'write', softDeleted } : { kind: 'wrong' }
  }

  #write(stream: string, revision: number, event: ProposedRecord): void {
    const record: StoredRecord = { ...event, stream, revision, position: this.#all.length + 1, created: Date.now() }
    this.#all.push(record)
    this.#stream(stream).records.push(record)
    this.#remembered.set(event.id, { stream, revision })
    const [oldest] = this.#remembered.keys()
    if (this.#remembered.size > REMEMBERED_IDS && oldest !== undefined) this.#remembered.delete(oldest)
  }

  #patchMetadata(stream: string, patch: Metadata): void {
    const data = Buffer.from(JSON.stringify({ ...this.metadata(stream), ...patch }))
    this.#write(`$$${stream}`, this.last(`$$${stream}`) + 1, {
      id: randomUUID(),
      type: '$metadata',
      json: true,
      data,
      metadata: Buffer.alloc(0),
    })
  }

  #isSoftDeleted = (stream: string): boolean =>
    !stream.startsWith('$$') && (this.metadata(stream).$tb ?? 0) >= SOFT_DELETED

  /** First revision that is still to be read. */
  #lowest(stream: string): number {
    if (stream.startsWith('$$')) return this.last(stream)
    const { $maxCount, $tb } = this.metadata(stream)
    return Math.max(0, $maxCount === undefined ? 0 : this.last(stream) - $maxCount + 1, $tb ?? 0)
  }

  #at(stream: string, revision: number): StoredRecord | undefined {
    return this.#streams.get(stream)?.records[revision]
  }

  #stream(name: string): Stream {
    const stream = this.#streams.get(name) ?? { records: [], tombstoned: false }
    this.#streams.set(name, stream)
    return stream
  }
}
