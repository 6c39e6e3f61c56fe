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

interface Remembered {
  /** Whose row it is, and since when: see `KnownRows`. */
  readonly epoch: object
  /** undefined: there is no such row. */
  readonly entry: Entry | undefined
}

/** Rows that the writers of a process remember, so many in all; those that were learned first go first. */
export class RowMemory {
  readonly #capacity: number
  readonly #rows = new Map<string, Remembered>()

  /** @param capacity rows. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get(key: string, epoch: object): Remembered | undefined {
    const row = this.#rows.get(key)
    return row?.epoch === epoch ? row : undefined
  }

  set(key: string, row: Remembered): void {
    this.#rows.delete(key)
    if (this.#rows.size >= this.#capacity) {
      const oldest = this.#rows.keys().next()
      if (!oldest.done) this.#rows.delete(oldest.value)
    }
    this.#rows.set(key, row)
  }
}

/**
 * What a tenant's writer knows of the rows at the head it has seen last. It is an assumption: another replica may have written
 * since. A commit proves or refutes it, since it is made on the revision of that head; whatever is told without a commit must
 * be confirmed by reading the head.
 */
export class KnownRows {
  readonly #tenantId: string
  readonly #memory: RowMemory
  /** Rows learned under another one are forgotten. */
  #epoch: object = {}
  #head: Head | undefined

  constructor(tenantId: string, memory: RowMemory) {
    this.#tenantId = tenantId
    this.#memory = memory
  }

  get head(): Head | undefined {
    return this.#head
  }

  /** The row at the known head; undefined when nothing is known of it. */
  get(ref: string): { readonly entry: Entry | undefined } | undefined {
    return this.#head && this.#memory.get(this.#key(ref), this.#epoch)
  }

  /** Takes up what has been read at a head, unless more is known already. */
  learn(head: Head, rows: ReadonlyMap<string, Entry | undefined>): void {
    if (this.#head && this.#head.revision > head.revision) return
    if (this.#head?.revision !== head.revision) this.forget()
    this.#head = head
    for (const [ref, entry] of rows) this.#set(ref, entry)
  }

  /** Follows a commit that was made on `expected`. */
  advance(expected: Head, head: Head, changed: ReadonlyMap<string, Entry | undefined>): void {
    if (this.#head?.revision !== expected.revision) this.forget()
    this.#head = head
    for (const [ref, entry] of changed) this.#set(ref, entry)
  }

  /** Somebody else has written, or nobody can say what has been. */
  forget(): void {
    this.#head = undefined
    this.#epoch = {}
  }

  #set(ref: string, entry: Entry | undefined): void {
    if (REMEMBERED.has(ref.slice(0, ref.indexOf('/')))) this.#memory.set(this.#key(ref), { epoch: this.#epoch, entry })
  }

  #key(ref: string): string {
    return `${this.#tenantId}/${ref}`
  }
}
