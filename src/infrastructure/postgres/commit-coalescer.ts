import type { CommitBatch } from '#domain/ports/tenant-storage.ts'
import { onlyRow, type SqlSession } from './sql-session.ts'

interface Waiting {
  readonly tenantId: string
  readonly batch: CommitBatch
  readonly resolve: (result: 'committed' | 'conflict') => void
  readonly reject: (fault: unknown) => void
}

/** Most batches one statement takes. */
const MAX_BATCHES = 256

/** Commits the batches of many tenants that wait at the same moment in one statement, so that they share one flush to disk. */
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
      const body = JSON.stringify(batches.map(({ tenantId, batch }) => formOf(tenantId, batch)))
      const [rows] = await this.#session.transaction('owner', [
        { text: 'select tenant_log.commit_batches($1::jsonb) as results', params: [body] },
      ])
      const results = onlyRow(rows)['results'] as Readonly<Record<string, string>> // built by commit_batches
      for (const { tenantId, resolve } of batches) resolve(results[tenantId] === 'committed' ? 'committed' : 'conflict')
    } catch (fault) {
      for (const { reject } of batches) reject(fault)
    }
  }
}

const isDue = (ref: string) => ref.startsWith('due/')

const formOf = (tenantId: string, { expected, head, events, puts, deletes }: CommitBatch) => ({
  tenantId,
  expected: expected.revision,
  position: head.position,
  hash: head.hash,
  events,
  puts: puts.map(({ ref, version, value, expiresAt }) => ({ ref, version, body: JSON.stringify(value), expiresAt })),
  deletes,
  dueChanged: deletes.some((ref) => isDue(ref)) || puts.some(({ ref }) => isDue(ref)),
})
