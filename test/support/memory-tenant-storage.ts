import { GENESIS_HASH, type EventEnvelope } from '#common/envelope.ts'
import type { Json } from '#common/json.ts'
import { sameForwarding, type Forwarding } from '#domain/ports/forwarding.ts'
import type { CommitBatch, Head, RowPage, StoredRow, TenantStorage } from '#domain/ports/tenant-storage.ts'

const byRef = (a: StoredRow, b: StoredRow) => (a.ref < b.ref ? -1 : 1)

/** One tenant's storage in memory. Rows and events are kept as text, so that only what JSON carries comes back. */
export class MemoryTenantStorage implements TenantStorage {
  readonly checksAbsence = true
  readonly texts: string[] = []
  /** Every batch that was committed. */
  readonly commits: CommitBatch[] = []
  /** Refs of every call of `readRows`. */
  readonly reads: (readonly string[])[] = []
  /** Commits that meet a conflict before the next one may succeed: another writer has been faster. */
  conflicts = 0
  /** Thrown by the next commit. */
  commitFault: Error | undefined
  /** Thrown by the next `readRows`. */
  readFault: Error | undefined
  /** Where the read models are, if they are beside the log: nobody is confirmed further. */
  checkpoint: () => number = () => Infinity
  /** Awaited before every answer: lets tests decide how calls interleave. */
  pause: () => Promise<void> = () => Promise.resolve()
  readonly #rows = new Map<string, string>()
  #head: Head = { position: 0, hash: GENESIS_HASH, revision: 0 }
  #projected = 0
  #forwarding: Forwarding = { forwarded: 0 }

  get head(): Head {
    return this.#head
  }

  get events(): readonly EventEnvelope[] {
    return this.texts.map((text) => JSON.parse(text) as EventEnvelope) // written by the writer
  }

  get forwarding(): Forwarding {
    return this.#forwarding
  }

  get projected(): number {
    return this.#projected
  }

  /** How many rows there are of a kind. */
  count(prefix: string): number {
    return [...this.#rows.keys()].filter((ref) => ref.startsWith(prefix)).length
  }

  /** All rows, in the order of their refs. */
  get rows(): readonly StoredRow[] {
    return [...this.#rows.values()].map((text) => JSON.parse(text) as StoredRow).toSorted(byRef) // written below
  }

  row(ref: string): StoredRow | undefined {
    const text = this.#rows.get(ref)
    return text === undefined ? undefined : (JSON.parse(text) as StoredRow) // written below
  }

  /** What another writer of this tenant does: it commits something else, without events. */
  touch(rows: Readonly<Record<string, Json>> = {}): void {
    this.#head = { ...this.#head, revision: this.#head.revision + 1 }
    for (const [ref, value] of Object.entries(rows)) this.#rows.set(ref, JSON.stringify({ ref, version: 1, value }))
  }

  async readRows(refs: readonly string[]): Promise<RowPage> {
    this.reads.push(refs)
    await this.pause()
    const fault = this.readFault
    this.readFault = undefined
    if (fault) throw fault
    return { rows: refs.flatMap((ref) => this.row(ref) ?? []), head: this.#head }
  }

  async scanRows(from: string, to: string, limit: number): Promise<RowPage> {
    await this.pause()
    const refs = [...this.#rows.keys()].filter((ref) => ref >= from && ref < to).toSorted()
    return { rows: refs.slice(0, limit).flatMap((ref) => this.row(ref) ?? []), head: this.#head }
  }

  async readEvents(after: number, limit: number) {
    await this.pause()
    const texts = this.texts.slice(after, after + limit)
    return { events: texts.map((text) => JSON.parse(text) as EventEnvelope), head: this.#head } // written by the writer
  }

  async commit(batch: CommitBatch): Promise<'committed' | 'conflict'> {
    await this.pause()
    const fault = this.commitFault
    this.commitFault = undefined
    if (fault) throw fault
    if (this.conflicts > 0) {
      this.conflicts--
      this.touch()
    }
    if (batch.expected.revision !== this.#head.revision) return 'conflict'
    if (batch.absent?.some((ref) => this.#rows.has(ref))) return 'conflict'
    for (const { position, text } of batch.events) {
      if (position !== this.texts.length + 1) throw new Error(`position ${position} after ${this.texts.length}`)
      this.texts.push(text)
    }
    for (const row of batch.puts) this.#rows.set(row.ref, JSON.stringify(row))
    for (const ref of batch.deletes) this.#rows.delete(ref)
    this.#head = { ...batch.head, revision: this.#head.revision + 1 }
    this.commits.push(batch)
    return 'committed'
  }

  async readProjected(): Promise<number> {
    return this.#projected
  }

  /** What a crash of the database does, which may forget what was confirmed last. */
  forgetProjected(position: number): void {
    this.#projected = position
  }

  async saveProjected(position: number): Promise<void> {
    this.#projected = Math.max(this.#projected, Math.min(position, this.checkpoint()))
  }

  async readForwarding(): Promise<Forwarding> {
    await this.pause()
    return this.#forwarding
  }

  async saveForwarding(expected: Forwarding, next: Forwarding): Promise<boolean> {
    await this.pause()
    if (!sameForwarding(this.#forwarding, expected)) return false
    this.#forwarding = next
    return true
  }

  async prune(now: number): Promise<number> {
    const expired = this.rows.filter(({ expiresAt }) => expiresAt !== undefined && expiresAt < now)
    for (const { ref } of expired) this.#rows.delete(ref)
    return expired.length
  }

  async gather(): Promise<void> {
    await this.pause()
  }
}
