import type { Json } from '#common/json.ts'
import type { Head, StoredRow, TenantStorage } from '../ports/tenant-storage.ts'
import type { Known, KnownRows } from './known-rows.ts'
import { rowRef, rowValue, type RowKind, type RowReader, type RowValues } from './rows.ts'

/** Another writer of this tenant has committed while the batch was being read: read again and decide anew. */
export class ConcurrentCommit extends Error {
  override readonly name = 'ConcurrentCommit'
}

/**
 * The rows a batch of commands sees: what storage holds, fetched once a turn for all commands together, and over it what
 * earlier commands of the batch have written. All reads of a batch are of one revision, or it starts again.
 */
export class WorkingSet implements RowReader {
  readonly #storage: TenantStorage
  readonly #loaded = new Map<string, Known>()
  readonly #written = new Map<string, Known>()
  /** What was written in its order, and what had been written there before. */
  readonly #journal: { readonly ref: string; readonly before: Known | undefined }[] = []
  #wanted = new Map<
    string,
    { readonly done: Promise<void>; readonly resolve: () => void; readonly reject: (fault: unknown) => void }
  >()
  readonly #revisions: 'one' | 'any'
  readonly #presumes: boolean
  #head: Head | undefined
  /** A read that failed makes the whole set useless: every later read fails with it, without asking again. */
  #fault: { readonly cause: unknown } | undefined

  readonly #known: KnownRows | undefined
  /** Rows presumed not to be there. */
  readonly #presumed = new Set<string>()
  /** The head of rows that were taken from what is known; storage may be further. */
  #assumed: Head | undefined
  /** Whether storage has been read since the first assumption, and was where it was assumed to be. */
  #confirmed = false

  /**
   * @param known rows that need not be read; `isCurrent` must then be asked before anything is told that no commit proves.
   * @param presumes whether a row may be presumed absent: see `readPresumedAbsent`.
   * @param revisions `any`: reads may be of different revisions, each at least as new as those before. For queries only.
   */
  constructor(
    storage: TenantStorage,
    known?: KnownRows,
    { revisions = 'one', presumes = false }: { readonly revisions?: 'one' | 'any'; readonly presumes?: boolean } = {},
  ) {
    this.#storage = storage
    this.#known = known
    this.#revisions = revisions
    this.#presumes = presumes
  }

  /** The head all reads were made at. Fetches it when nothing has been read yet. */
  async head(): Promise<Head> {
    if (this.#fault) throw this.#fault.cause
    if (!this.#head && this.#known?.head) this.#assume(this.#known.head)
    if (!this.#head) this.#see((await this.#storage.readRows([])).head)
    if (!this.#head) throw new Error('storage gave no head')
    return this.#head
  }

  /** Whether all that was read is of the head that storage has now, or has had since it was asked. */
  async isCurrent(): Promise<boolean> {
    if (!this.#assumed || this.#confirmed) return true
    return (await this.#storage.readRows([])).head.revision === this.#assumed.revision
  }

  /** Whether nothing has been written: what was read before is still so. */
  get isUntouched(): boolean {
    return this.#written.size === 0
  }

  read<Kind extends RowKind>(kind: Kind, id: string): Promise<RowValues[Kind] | undefined> {
    const valueOf = (entry: Known) => (entry ? rowValue(kind, entry.value) : undefined)
    return this.#look(rowRef(kind, id), valueOf)
  }

  /**
   * As `read`, for a row that is hardly ever there: it is taken as absent without asking where the commit finds out (`absent`).
   * Unless the row is then written, whoever tells something on the strength of it must ask `presumedRightly`.
   */
  readPresumedAbsent<Kind extends RowKind>(kind: Kind, id: string): Promise<RowValues[Kind] | undefined> {
    const ref = rowRef(kind, id)
    if (!this.#presumes || !this.#known?.head || this.#written.has(ref) || this.#loaded.has(ref))
      return this.read(kind, id)
    this.#presumed.add(ref)
    return Promise.resolve(undefined)
  }

  /** Presumed rows that are written, so that the commit has to look after them. */
  get absent(): readonly string[] {
    return [...this.#presumed].filter((ref) => this.#written.has(ref))
  }

  /** Whether those presumed rows that are not written are absent indeed. */
  async presumedRightly(): Promise<boolean> {
    const unproven = [...this.#presumed].filter((ref) => !this.#written.has(ref))
    await Promise.all(unproven.map((ref) => this.#fetch(ref)))
    return unproven.every((ref) => this.#loaded.get(ref) === null)
  }

  version(kind: RowKind, id: string): Promise<number> {
    return this.#look(rowRef(kind, id), (entry) => entry?.version ?? 0)
  }

  put<Kind extends RowKind>(kind: Kind, id: string, value: RowValues[Kind], version: number, expiresAt?: number): void {
    const json = value as unknown as Json // rows are JSON by their types; interfaces merely lack an index signature
    this.#write(rowRef(kind, id), { version, value: json, ...(expiresAt !== undefined && { expiresAt }) })
  }

  remove(kind: RowKind, id: string): void {
    this.#write(rowRef(kind, id), null)
  }

  /** The last state of each row that the batch has written. */
  get written(): ReadonlyMap<string, Known> {
    return this.#written
  }

  /** What the batch has written, as a commit takes it. */
  changes(): { readonly puts: readonly StoredRow[]; readonly deletes: readonly string[] } {
    const puts: StoredRow[] = []
    const deletes: string[] = []
    for (const [ref, entry] of this.#written) {
      if (entry) puts.push({ ref, ...entry })
      else if (this.#loaded.get(ref) !== null) deletes.push(ref)
    }
    return { puts, deletes }
  }

  /** Remembers what is written so far; the function returned takes everything written since back. */
  savepoint(): () => void {
    const mark = this.#journal.length
    return () => {
      for (const { ref, before } of this.#journal.splice(mark).toReversed()) {
        if (before === undefined) this.#written.delete(ref)
        else this.#written.set(ref, before)
      }
    }
  }

  #write(ref: string, entry: Known): void {
    this.#journal.push({ ref, before: this.#written.get(ref) })
    this.#written.set(ref, entry)
  }

  /** Not `async`: of most rows it is known what they are, and a command looks at some thirty. */
  #look<Answer>(ref: string, answerOf: (entry: Known) => Answer): Promise<Answer> {
    const written = this.#written.get(ref)
    const seen = written === undefined ? this.#loaded.get(ref) : written
    if (seen !== undefined) return Promise.resolve(answerOf(seen))
    if (this.#fault) return Promise.reject(this.#fault.cause)
    const known = this.#recall(ref)
    if (known !== undefined) return Promise.resolve(answerOf(known))
    return this.#fetch(ref).then(() => answerOf(this.#loaded.get(ref) ?? null))
  }

  /** The row as it is known at the revision that this set is of. */
  #recall(ref: string): Known | undefined {
    const head = this.#known?.head
    if (!head || (this.#head && this.#head.revision !== head.revision)) return undefined
    const known = this.#known?.get(ref)
    if (known === undefined) return undefined
    this.#assume(head)
    this.#loaded.set(ref, known)
    return known
  }

  #assume(head: Head): void {
    // What storage has said of this very revision holds for what is known of it, too.
    if (!this.#assumed) this.#confirmed = this.#head !== undefined
    this.#assumed = head
    this.#head = head
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
      const read = new Map<string, Known>([...wanted.keys()].map((ref) => [ref, null]))
      for (const { ref, ...entry } of rows) read.set(ref, entry)
      for (const [ref, entry] of read) this.#loaded.set(ref, entry)
      this.#known?.learn(head, read)
      for (const { resolve } of wanted.values()) resolve()
    } catch (fault) {
      this.#fault ??= { cause: fault }
      for (const { reject } of wanted.values()) reject(fault)
    }
  }

  #see(head: Head): void {
    const moved = this.#head !== undefined && this.#head.revision !== head.revision
    if (moved && this.#revisions === 'one') throw new ConcurrentCommit()
    this.#confirmed = this.#assumed?.revision === head.revision
    this.#head = head
  }
}
