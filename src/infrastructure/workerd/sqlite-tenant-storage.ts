import { GENESIS_HASH, type EventEnvelope } from '#common/envelope.ts'
import type { Json } from '#common/json.ts'
import { timestampOf } from '#domain/ports/clock.ts'
import { sameForwarding, type Fence, type FenceReason, type Forwarding } from '#domain/ports/forwarding.ts'
import type { FenceRelease, LiftedFence } from '#domain/ports/outbox.ts'
import type { CommitBatch, Head, RowPage, StoredRow, TenantStorage } from '#domain/ports/tenant-storage.ts'

/** A statement in a Durable Object takes at most 100 parameters. */
const MAX_PARAMETERS = 100
/** Characters of events read at a time: an answer of a Durable Object carries 32 MiB at most, of up to two bytes each. */
const MAX_PAGE_CHARACTERS = 8 * 1024 * 1024

/** What is kept beside log and rows. It costs a row each time, so only what changes far more rarely than the log. */
type MetaName = 'projected' | 'prunedAt' | 'isEnlisted' | 'isLate'

interface ForwardingRecord extends Record<string, SqlStorageValue> {
  readonly forwarded: number
  readonly pinned_to: number | null
  readonly fence_reason: FenceReason | null
  readonly fence_position: number | null
}

interface ReleaseRecord extends Record<string, SqlStorageValue> {
  readonly fence_reason: FenceReason
  readonly fence_position: number
  readonly forwarded: number
  readonly reason: string
  readonly released_by: string
  readonly released_at: string
}

interface RowRecord extends Record<string, SqlStorageValue> {
  readonly ref: string
  readonly version: number
  readonly value: string
  readonly expires_at: number | null
}

const chunks = <Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size))

const marks = (count: number, group = '?') => Array.from({ length: count }, () => group).join(', ')

const rowOf = ({ ref, version, value, expires_at: expiresAt }: RowRecord): StoredRow => ({
  ref,
  version,
  value: JSON.parse(value) as Json, // written by this adapter
  ...(expiresAt !== null && { expiresAt }),
})

/**
 * The tenant's storage in its Durable Object's SQLite. Rows written are what is paid for: events are keyed by position, rows
 * by their ref, and there is no other index.
 */
export class SqliteTenantStorage implements TenantStorage {
  /** A read is a call away, and a commit would only do it in its place. */
  readonly checksAbsence = false
  readonly #storage: DurableObjectStorage
  readonly #onCommit: () => void
  #head: Head
  #projected: number
  #forwarding: Forwarding
  #isEnlisted: boolean
  /** Rows that the last commit wrote, as the runtime counts them. */
  rowsWritten = 0

  /** @param onCommit called in the same turn as a commit, so that what it sets (an alarm) is kept or lost with it. */
  constructor(storage: DurableObjectStorage, onCommit: () => void = () => undefined) {
    this.#storage = storage
    this.#onCommit = onCommit
    storage.sql.exec(`
      create table if not exists event (position integer primary key, text text not null);
      create table if not exists row (ref text primary key, version integer not null, value text not null, expires_at integer) without rowid;
      create table if not exists meta (name text primary key, value integer not null) without rowid;
      create table if not exists forwarding (
        id integer primary key check (id = 1), forwarded integer not null, pinned_to integer, fence_reason text, fence_position integer
      );
      create table if not exists fence_release (
        id integer primary key, fence_reason text not null, fence_position integer not null, forwarded integer not null,
        reason text not null, released_by text not null, released_at text not null
      );`)
    this.#head = this.#readHead()
    this.#projected = this.#readMeta('projected')
    this.#forwarding = this.#loadForwarding()
    this.#isEnlisted = this.#readMeta('isEnlisted') === 1
  }

  /** Where the log ends, and how far it is written down to have been projected. */
  get positions(): { readonly head: number; readonly projected: number } {
    return { head: this.#head.position, projected: this.#projected }
  }

  get head(): Head {
    return this.#head
  }

  /** When the event at a position was committed (RFC 3339); undefined when there is none. */
  timestampAt(position: number): string | undefined {
    const statement = "select text ->> '$.timestamp' as timestamp from event where position = ?"
    return this.#storage.sql.exec<{ timestamp: string }>(statement, position).toArray()[0]?.timestamp
  }

  readRows(refs: readonly string[]): Promise<RowPage> {
    const rows = chunks(refs, MAX_PARAMETERS).flatMap((some) =>
      this.#select(`select * from row where ref in (${marks(some.length)})`, ...some),
    )
    return Promise.resolve({ rows, head: this.#head })
  }

  scanRows(from: string, to: string, limit: number): Promise<RowPage> {
    const rows = this.#select('select * from row where ref >= ? and ref < ? order by ref limit ?', from, to, limit)
    return Promise.resolve({ rows, head: this.#head })
  }

  /** Fewer than `limit` also when more would be too large for one answer; never none while there are any. */
  readEvents(after: number, limit: number) {
    const events: EventEnvelope[] = []
    let characters = 0
    const statement = 'select text from event where position > ? order by position limit ?'
    for (const { text } of this.#storage.sql.exec<{ text: string }>(statement, after, limit)) {
      characters += text.length
      if (events.length > 0 && characters > MAX_PAGE_CHARACTERS) break
      events.push(JSON.parse(text) as EventEnvelope) // as it was hashed and written
    }
    return Promise.resolve({ events, head: this.#head })
  }

  /** The object is the tenant's only writer and commits in one turn: nothing can have come between. */
  commit({ expected, head, events, puts, deletes }: CommitBatch): Promise<'committed' | 'conflict'> {
    if (expected.revision !== this.#head.revision) return Promise.resolve('conflict')
    let written = 0
    this.#storage.transactionSync(() => {
      const run = (statement: string, parameters: readonly SqlStorageValue[]) => {
        const cursor = this.#storage.sql.exec(statement, ...parameters)
        cursor.toArray()
        written += cursor.rowsWritten
      }
      for (const some of chunks(events, MAX_PARAMETERS / 2)) {
        const parameters = some.flatMap(({ position, text }) => [position, text])
        run(`insert into event (position, text) values ${marks(some.length, '(?, ?)')}`, parameters)
      }
      for (const some of chunks(puts, MAX_PARAMETERS / 4)) {
        run(
          `insert into row (ref, version, value, expires_at) values ${marks(some.length, '(?, ?, ?, ?)')}
           on conflict (ref) do update set version = excluded.version, value = excluded.value, expires_at = excluded.expires_at`,
          some.flatMap(({ ref, version, value, expiresAt }) => [
            ref,
            version,
            JSON.stringify(value),
            expiresAt ?? null,
          ]),
        )
      }
      for (const some of chunks(deletes, MAX_PARAMETERS)) {
        run(`delete from row where ref in (${marks(some.length)})`, some)
      }
      this.#onCommit()
    })
    this.rowsWritten = written
    this.#head = { ...head, revision: this.#head.revision + 1 }
    return Promise.resolve('committed')
  }

  readProjected(): Promise<number> {
    return Promise.resolve(this.#projected)
  }

  saveProjected(position: number): Promise<void> {
    if (position > this.#projected) {
      this.#writeMeta('projected', position)
      this.#projected = position
    }
    return Promise.resolve()
  }

  readForwarding(): Promise<Forwarding> {
    return Promise.resolve(this.#forwarding)
  }

  /** Durable before anything that follows from it leaves the object: its output waits for what it has written. */
  saveForwarding(expected: Forwarding, next: Forwarding): Promise<boolean> {
    if (!sameForwarding(this.#forwarding, expected)) return Promise.resolve(false)
    this.#storage.sql.exec(
      `insert into forwarding (id, forwarded, pinned_to, fence_reason, fence_position) values (1, ?, ?, ?, ?)
       on conflict (id) do update set forwarded = excluded.forwarded, pinned_to = excluded.pinned_to,
         fence_reason = excluded.fence_reason, fence_position = excluded.fence_position`,
      next.forwarded,
      next.pinnedTo ?? null,
      next.fence?.reason ?? null,
      next.fence?.position ?? null,
    )
    this.#forwarding = next
    return Promise.resolve(true)
  }

  /**
   * Lifts a fence: the log is sent on from behind what the store holds. False, changing nothing, when that fence does not stand
   * any more.
   * @param now milliseconds since the epoch
   */
  releaseFence({ reason, position }: Fence, release: FenceRelease, now: number): boolean {
    const { fence } = this.#forwarding
    const stands = fence?.reason === reason && fence.position === position
    if (!stands || release.forwarded > this.#head.position) return false
    this.#storage.transactionSync(() => {
      this.#storage.sql.exec(
        'update forwarding set forwarded = ?, pinned_to = null, fence_reason = null, fence_position = null',
        release.forwarded,
      )
      this.#storage.sql.exec(
        `insert into fence_release (fence_reason, fence_position, forwarded, reason, released_by, released_at)
         values (?, ?, ?, ?, ?, ?)`,
        reason,
        position,
        release.forwarded,
        release.reason,
        release.by,
        timestampOf(now),
      )
    })
    this.#forwarding = { forwarded: release.forwarded }
    return true
  }

  /** Fences that have been lifted, the latest first. */
  fenceReleases(): readonly LiftedFence[] {
    return this.#storage.sql
      .exec<ReleaseRecord>('select * from fence_release order by id desc')
      .toArray()
      .map((row) => ({
        fence: { reason: row.fence_reason, position: row.fence_position },
        forwarded: row.forwarded,
        reason: row.reason,
        by: row.released_by,
        liftedAt: row.released_at,
      }))
  }

  /** Whether the register of tenants has the tenant. */
  get isEnlisted(): boolean {
    return this.#isEnlisted
  }

  saveEnlisted(): void {
    this.#writeMeta('isEnlisted', 1)
    this.#isEnlisted = true
  }

  /** Whether somebody has been told that the read models lag. */
  get isLate(): boolean {
    return this.#readMeta('isLate') === 1
  }

  saveLate(isLate: boolean): void {
    this.#writeMeta('isLate', isLate ? 1 : 0)
  }

  /** Reads every row, since no index knows what expires: meant for once a day. */
  prune(now: number): Promise<number> {
    const removed = this.#storage.sql.exec('delete from row where expires_at < ?', now).rowsWritten
    this.#writeMeta('prunedAt', now)
    return Promise.resolve(removed)
  }

  /** When `prune` was last called, in milliseconds since the epoch; 0 for never. */
  get prunedAt(): number {
    return this.#readMeta('prunedAt')
  }

  /** Gives way once to the event loop: calls that have arrived meanwhile join the next commit. */
  async gather(): Promise<void> {
    await scheduler.wait(0)
  }

  #select(statement: string, ...parameters: readonly SqlStorageValue[]): readonly StoredRow[] {
    return this.#storage.sql
      .exec<RowRecord>(statement, ...parameters)
      .toArray()
      .map((row) => rowOf(row))
  }

  #loadForwarding(): Forwarding {
    const [row] = this.#storage.sql.exec<ForwardingRecord>('select * from forwarding').toArray()
    if (!row) return { forwarded: 0 }
    const { forwarded, pinned_to: pinnedTo, fence_reason: reason, fence_position: position } = row
    return {
      forwarded,
      ...(pinnedTo !== null && { pinnedTo }),
      ...(reason !== null && position !== null && { fence: { reason, position } }),
    }
  }

  #readMeta(name: MetaName): number {
    const [row] = this.#storage.sql.exec<{ value: number }>('select value from meta where name = ?', name).toArray()
    return row?.value ?? 0
  }

  #writeMeta(name: MetaName, value: number): void {
    this.#storage.sql.exec(
      'insert into meta (name, value) values (?, ?) on conflict (name) do update set value = excluded.value',
      name,
      value,
    )
  }

  #readHead(): Head {
    const [last] = this.#storage.sql
      .exec<{ position: number; text: string }>('select position, text from event order by position desc limit 1')
      .toArray()
    if (!last) return { position: 0, hash: GENESIS_HASH, revision: 0 }
    const { hash } = JSON.parse(last.text) as EventEnvelope // as it was written
    return { position: last.position, hash, revision: 0 }
  }
}
