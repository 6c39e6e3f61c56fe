import type { EventEnvelope } from '#common/envelope.ts'
import type { Json, JsonObject } from '#common/json.ts'
import type { ForwardingStorage } from './forwarding.ts'

/** Where a tenant's log stands. */
export interface Head {
  /** Position of the last event, 0 for an empty log. */
  readonly position: number
  /** Hash of the last event, `GENESIS_HASH` for an empty log. */
  readonly hash: string
  /** Counts commits, with or without events: what makes two writers of one tenant notice each other. */
  readonly revision: number
}

/** One row of the writer's own state, kept in the same transaction as the events it follows from. See `writer/rows.ts`. */
export interface StoredRow {
  readonly ref: string
  readonly version: number
  readonly value: Json
  /** Milliseconds since the epoch after which the row may be removed; only rows that nothing follows from have one. */
  readonly expiresAt?: number
}

/** An event as it is stored: the canonical JSON of its envelope; and what that text says, so that nobody near has to ask it. */
export interface StoredEvent {
  readonly position: number
  readonly text: string
  readonly envelope: EventEnvelope
  /** Its personal fields, open. */
  readonly personal?: JsonObject
}

/** Everything one group commit writes, all or nothing. */
export interface CommitBatch {
  /** The head the batch was decided on. */
  readonly expected: Head
  readonly head: Omit<Head, 'revision'>
  readonly events: readonly StoredEvent[]
  readonly puts: readonly StoredRow[]
  readonly deletes: readonly string[]
  /** Rows that were presumed not to be there, without asking: one that is makes the commit a conflict. */
  readonly absent?: readonly string[]
}

export interface RowPage {
  readonly rows: readonly StoredRow[]
  readonly head: Head
}

/** The storage of ONE tenant's writer. Adapters: Durable Object SQLite, Postgres. */
export interface TenantStorage extends ForwardingStorage {
  /** Whether commits look after `absent`. Worth it where reading is a round trip. */
  readonly checksAbsence: boolean
  /** Rows that exist among `refs`, and the head they were read at, from one snapshot. */
  readRows(refs: readonly string[]): Promise<RowPage>
  /** Up to `limit` rows with `from` <= ref < `to`, in the order of their refs. */
  scanRows(from: string, to: string, limit: number): Promise<RowPage>
  /** Up to `limit` events after position `after`, in order, and the head of the log. */
  readEvents(after: number, limit: number): Promise<{ readonly events: readonly EventEnvelope[]; readonly head: Head }>
  /** Writes the batch durably, or nothing: `conflict` when another writer of this tenant has committed since `expected`. */
  commit(batch: CommitBatch): Promise<'committed' | 'conflict'>
  /** Position up to which the read models are known to have followed. */
  readProjected(): Promise<number>
  /** Moves `readProjected` forward; never back. */
  saveProjected(position: number): Promise<void>
  /** Removes expired rows. Returns how many. */
  prune(now: number): Promise<number>
  /** Lets commands that are on their way join the next group commit. */
  gather(): Promise<void>
}
