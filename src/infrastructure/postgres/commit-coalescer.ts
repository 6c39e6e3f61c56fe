import type { CommitBatch } from '#domain/ports/tenant-storage.ts'
import { Coalescer, oneOfEachTenant } from './coalescer.ts'
import { onlyRow, type SqlSession, type SqlStatement } from './sql-session.ts'

interface Ask {
  readonly tenantId: string
  readonly batch: CommitBatch
}

type Result = 'committed' | 'conflict'

/** Most batches one statement takes. */
const MAX_BATCHES = 256

/** Commits the batches of many tenants in one statement, so that they share one flush to disk. */
export class CommitCoalescer {
  readonly #session: SqlSession
  // Of one tenant one batch: a second one stands on the result of the first.
  readonly #asked = new Coalescer<Ask, Result>({
    send: (asks) => this.#send(asks),
    gate: () => oneOfEachTenant(MAX_BATCHES),
  })

  constructor(session: SqlSession) {
    this.#session = session
  }

  commit(tenantId: string, batch: CommitBatch): Promise<Result> {
    return this.#asked.ask({ tenantId, batch })
  }

  async #send(asks: readonly Ask[]): Promise<readonly Result[]> {
    const [rows] = await this.#session.transaction('owner', [commitStatement(asks)])
    const committed = new Set(onlyRow(rows)['committed'] as readonly string[]) // the ids that commit_batches returns
    return asks.map(({ tenantId }) => (committed.has(tenantId) ? 'committed' : 'conflict'))
  }
}

const isDue = (ref: string) => ref.startsWith('due/')
const changesDue = ({ deletes, puts }: CommitBatch) =>
  deletes.some((ref) => isDue(ref)) || puts.some(({ ref }) => isDue(ref))

/** The batches as the sets of columns that `commit_batches` takes. */
function commitStatement(batches: readonly Ask[]): SqlStatement {
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
