import type { Json } from '#common/json.ts'
import type { Head } from '../ports/tenant-storage.ts'
import type { RowKind } from './rows.ts'

/** A row as writers work with it. */
export interface Entry {
  readonly version: number
  readonly value: Json
  readonly expiresAt?: number
}

/** What commands read again and again. Of the rest each row is read about once. */
const REMEMBERED: ReadonlySet<string> = new Set<RowKind>(['tenant', 'user', 'session', 'roster', 'email', 'subjectKey'])

/** What is known of a row; null: there is no such row. */
export type Known = Entry | null

interface Remembered {
  readonly ref: string
  readonly known: Known
  /** Where the writer has it that remembers it. */
  readonly rows: Map<string, Remembered>
}

/** Bounds the rows that the writers of a process remember, so many in all; those that were learned first go first. */
export class RowMemory {
  readonly #capacity: number
  readonly #rows = new Set<Remembered>()

  /** @param capacity rows. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  add(row: Remembered): void {
    this.#rows.add(row)
    if (this.#rows.size <= this.#capacity) return
    const oldest = this.#rows.values().next().value
    if (!oldest) return
    this.#rows.delete(oldest)
    if (oldest.rows.get(oldest.ref) === oldest) oldest.rows.delete(oldest.ref)
  }

  remove(row: Remembered): void {
    this.#rows.delete(row)
  }
}

/**
 * What a tenant's writer knows of the rows at the head it has seen last. It is an assumption: another replica may have written
 * since. A commit proves or refutes it, since it is made on the revision of that head; whatever is told without a commit must
 * be confirmed by reading the head.
 */
export class KnownRows {
  readonly #memory: RowMemory
  #rows = new Map<string, Remembered>()
  #head: Head | undefined

  constructor(memory: RowMemory) {
    this.#memory = memory
  }

  get head(): Head | undefined {
    return this.#head
  }

  /** The row at the known head; undefined when nothing is known of it. */
  get(ref: string): Known | undefined {
    return this.#rows.get(ref)?.known
  }

  /** Takes up what has been read at a head, unless more is known already. */
  learn(head: Head, rows: ReadonlyMap<string, Known>): void {
    if (this.#head && this.#head.revision > head.revision) return
    if (this.#head?.revision !== head.revision) this.forget()
    this.#head = head
    for (const [ref, known] of rows) this.#set(ref, known)
  }

  /** Follows a commit that was made on `expected`. */
  advance(expected: Head, head: Head, changed: ReadonlyMap<string, Known>): void {
    if (this.#head?.revision !== expected.revision) this.forget()
    this.#head = head
    for (const [ref, known] of changed) this.#set(ref, known)
  }

  /** Somebody else has written, or nobody can say what has been. */
  forget(): void {
    this.#head = undefined
    for (const row of this.#rows.values()) this.#memory.remove(row)
    this.#rows = new Map()
  }

  #set(ref: string, known: Known): void {
    if (!REMEMBERED.has(ref.slice(0, ref.indexOf('/')))) return
    const before = this.#rows.get(ref)
    if (before) this.#memory.remove(before)
    const row = { ref, known, rows: this.#rows }
    this.#rows.set(ref, row)
    this.#memory.add(row)
  }
}
