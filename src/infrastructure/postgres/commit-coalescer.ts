import type { CommitBatch } from '#domain/ports/tenant-storage.ts'
import { onlyRow, type SqlSession, type SqlStatement } from './sql-session.ts'

interface Waiting {
  readonly tenantId: string
  readonly batch: CommitBatch
  readonly resolve: (result: 'committed' | 'conflict') => void
  readonly reject: (fault: unknown) => void
}

/** Most batches one statement takes. */
const MAX_BATCHES = 256

/**
 * Commits the batches of many tenants in one statement, so that they share one flush to disk. What comes while one is under way
 * waits for the next: two at a time were measured to cost more processor time a command, and to commit no more of them.
 */
export class CommitCoalescer {
  readonly #session: SqlSession
  #waiting: Waiting[] = []
  #committing = false

  constructor(session: SqlSession) {
    this.#session = session
  }

  commit(tenantId: string, batch: CommitBatch): Promise<'committed' | 'conflict'> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ tenantId, batch, resolve, reject })
      if (!this.#committing) void this.#work()
    })
  }

  async #work(): Promise<void> {
    this.#committing = true
    // Whoever is ready in this turn joins.
    await Promise.resolve()
    while (this.#waiting.length > 0) await this.#send(this.#take())
    this.#committing = false
  }

  /** The next batches, at most one a tenant: a second one of the same tenant stands on the result of the first. */
  #take(): readonly Waiting[] {
    const taken = new Map<string, Waiting>()
    const left: Waiting[] = []
    for (const waiting of this.#waiting) {
      if (taken.size < MAX_BATCHES && !taken.has(waiting.tenantId)) taken.set(waiting.tenantId, waiting)
      else left.push(waiting)
    }
    this.#waiting = left
    return [...taken.values()]
  }

  async #send(batches: readonly Waiting[]): Promise<void> {
    try {
      const [rows] = await this.#session.transaction('owner', [commitStatement(batches)])
      const committed = new Set(onlyRow(rows)['committed'] as readonly string[]) // the ids that commit_batches returns
      for (const { tenantId, resolve } of batches) resolve(committed.has(tenantId) ? 'committed' : 'conflict')
    } catch (fault) {
      for (const { reject } of batches) reject(fault)
    }
  }
}

const isDue = (ref: string) => ref.startsWith('due/')
const changesDue = ({ deletes, puts }: CommitBatch) =>
  deletes.some((ref) => isDue(ref)) || puts.some(({ ref }) => isDue(ref))

/** The batches as the sets of columns that `commit_batches` takes. */
function commitStatement(batches: readonly Pick<Waiting, 'tenantId' | 'batch'>[]): SqlStatement {
  const events = batches.flatMap(({ tenantId, batch }) => batch.events.map((event) => ({ tenantId, ...event })))
  const puts = batches.flatMap(({ tenantId, batch }) => batch.puts.map((row) => ({ tenantId, ...row })))
  const deletes = batches.flatMap(({ tenantId, batch }) => batch.deletes.map((ref) => ({ tenantId, ref })))
  const absent = batches.flatMap(({ tenantId, batch }) => (batch.absent ?? []).map((ref) => ({ tenantId, ref })))
  return {
    text: `select tenant_log.commit_batches(
      $1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::boolean[], $6::text[], $7::bigint[], $8::text[],
      $9::text[], $10::text[], $11::bigint[], $12::text[], $13::bigint[], $14::text[], $15::text[], $16::text[], $17::text[]) as committed`,
    params: [
      batches.map(({ tenantId }) => tenantId),
      batches.map(({ batch }) => batch.expected.revision),
      batches.map(({ batch }) => batch.head.position),
      batches.map(({ batch }) => batch.head.hash),
      batches.map(({ batch }) => changesDue(batch)),
      events.map(({ tenantId }) => tenantId),
      events.map(({ position }) => position),
      events.map(({ text }) => text),
      puts.map(({ tenantId }) => tenantId),
      puts.map(({ ref }) => ref),
      puts.map(({ version }) => version),
      puts.map(({ value }) => JSON.stringify(value)),
      puts.map(({ expiresAt }) => expiresAt ?? null),
      deletes.map(({ tenantId }) => tenantId),
      deletes.map(({ ref }) => ref),
      absent.map(({ tenantId }) => tenantId),
      absent.map(({ ref }) => ref),
    ],
  }
}
