import type { Json } from '#common/json.ts'
import type { Head, StoredRow, TenantStorage } from '../ports/tenant-storage.ts'
import { rowRef, rowValue, type RowKind, type RowReader, type RowValues } from './rows.ts'

/** Another writer of this tenant has committed while the batch was being read: read again and decide anew. */
export class ConcurrentCommit extends Error {
  override readonly name = 'ConcurrentCommit'
}

interface Entry {
  readonly version: number
  readonly value: Json
  readonly expiresAt?: number
}

/**
 * The rows a batch of commands sees: what storage holds, fetched once a turn for all commands together, and over it what
 * earlier commands of the batch have written. All reads of a batch are of one revision, or it starts again.
 */
export class WorkingSet implements RowReader {
  readonly #storage: TenantStorage
  readonly #loaded = new Map<string, Entry | undefined>()
  readonly #written = new Map<string, Entry | undefined>()
  readonly #journal: { readonly ref: string; readonly before: Entry | undefined; readonly existed: boolean }[] = []
  #wanted = new Map<
    string,
    { readonly done: Promise<void>; readonly resolve: () => void; readonly reject: (fault: unknown) => void }
  >()
  readonly #revisions: 'one' | 'any'
  #head: Head | undefined
  /** A read that failed makes the whole set useless: every later read fails with it, without asking again. */
  #fault: { readonly cause: unknown } | undefined

  /** `any`: reads may be of different revisions, each at least as new as those before. For queries only. */
  constructor(storage: TenantStorage, revisions: 'one' | 'any' = 'one') {
    this.#storage = storage
    this.#revisions = revisions
  }

  /** The head all reads were made at. Fetches it when nothing has been read yet. */
  async head(): Promise<Head> {
    if (this.#fault) throw this.#fault.cause
    if (!this.#head) this.#see((await this.#storage.readRows([])).head)
    if (!this.#head) throw new Error('storage gave no head')
    return this.#head
  }

  async read<Kind extends RowKind>(kind: Kind, id: string): Promise<RowValues[Kind] | undefined> {
    const entry = await this.#entry(rowRef(kind, id))
    return entry && rowValue(kind, entry.value)
  }

  async version(kind: RowKind, id: string): Promise<number> {
    return (await this.#entry(rowRef(kind, id)))?.version ?? 0
  }

  put<Kind extends RowKind>(kind: Kind, id: string, value: RowValues[Kind], version: number, expiresAt?: number): void {
    const json = value as unknown as Json // rows are JSON by their types; interfaces merely lack an index signature
    this.#write(rowRef(kind, id), { version, value: json, ...(expiresAt !== undefined && { expiresAt }) })
  }

  remove(kind: RowKind, id: string): void {
    this.#write(rowRef(kind, id), undefined)
  }

  /** What the batch has written: the last state of each row. */
  changes(): { readonly puts: readonly StoredRow[]; readonly deletes: readonly string[] } {
    const puts: StoredRow[] = []
    const deletes: string[] = []
    for (const [ref, entry] of this.#written) {
      if (entry) puts.push({ ref, ...entry })
      else if (this.#loaded.get(ref) !== undefined || !this.#loaded.has(ref)) deletes.push(ref)
    }
    return { puts, deletes }
  }

  /** Remembers what is written so far; the function returned takes everything written since back. */
  savepoint(): () => void {
    const mark = this.#journal.length
    return () => {
      for (const { ref, before, existed } of this.#journal.splice(mark).toReversed()) {
        if (existed) this.#written.set(ref, before)
        else this.#written.delete(ref)
      }
    }
  }

  #write(ref: string, entry: Entry | undefined): void {
    this.#journal.push({ ref, before: this.#written.get(ref), existed: this.#written.has(ref) })
    this.#written.set(ref, entry)
  }

  async #entry(ref: string): Promise<Entry | undefined> {
    if (this.#written.has(ref)) return this.#written.get(ref)
    if (!this.#loaded.has(ref)) {
      if (this.#fault) throw this.#fault.cause
      await this.#fetch(ref)
    }
    return this.#loaded.get(ref)
  }

  /** Asks for a row; all asked for in one turn are read together. */
  #fetch(ref: string): Promise<void> {
    const asked = this.#wanted.get(ref)
    if (asked) return asked.done
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    if (this.#wanted.size === 0) queueMicrotask(() => void this.#flush())
    this.#wanted.set(ref, { done: promise, resolve, reject })
    return promise
  }

  async #flush(): Promise<void> {
    const wanted = this.#wanted
    this.#wanted = new Map()
    try {
      const { rows, head } = await this.#storage.readRows([...wanted.keys()])
      this.#see(head)
      for (const ref of wanted.keys()) this.#loaded.set(ref, undefined)
      for (const { ref, ...entry } of rows) this.#loaded.set(ref, entry)
      for (const { resolve } of wanted.values()) resolve()
    } catch (fault) {
      this.#fault ??= { cause: fault }
      for (const { reject } of wanted.values()) reject(fault)
    }
  }

  #see(head: Head): void {
    if (this.#revisions === 'one' && this.#head && this.#head.revision !== head.revision) throw new ConcurrentCommit()
    this.#head = head
  }
}
