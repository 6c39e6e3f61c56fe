import type { CommitBatch } from '#domain/ports/tenant-storage.ts'
import { Coalescer, oneOfEachTenant } from './coalescer.ts'
import { joinNumbers, joinTexts, onlyRow, splitTexts, type SqlSession, type SqlStatement } from './sql-session.ts'

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
  // Of one tenant one batch: a second one stands on the result of the first, and its writer waits for that.
  readonly #asked = new Coalescer<Ask, Result>({
    send: (asks) => this.#send(asks),
    gate: () => oneOfEachTenant(MAX_BATCHES),
    // With few clients, two that wait for each other take twice as long; beside two under way, more cost more than they save.
    beside: 1,
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

const COMMIT = `select tenant_log.commit_batches(
  ${splitTexts(1)}, $2::bigint[], $3::bigint[], ${splitTexts(4)}, $5::boolean[],
  ${splitTexts(6)}, $7::bigint[], ${splitTexts(8)},
  ${splitTexts(9)}, ${splitTexts(10)}, $11::bigint[], ${splitTexts(12)}, $13::bigint[],
  ${splitTexts(14)}, ${splitTexts(15)}, ${splitTexts(16)}, ${splitTexts(17)}) as committed`

/** The batches as the sets of columns that `commit_batches` takes. */
function commitStatement(batches: readonly Ask[]): SqlStatement {
  const events = batches.flatMap(({ tenantId, batch }) => batch.events.map((event) => ({ tenantId, ...event })))
  const puts = batches.flatMap(({ tenantId, batch }) => batch.puts.map((row) => ({ tenantId, ...row })))
  const deletes = batches.flatMap(({ tenantId, batch }) => batch.deletes.map((ref) => ({ tenantId, ref })))
  const absent = batches.flatMap(({ tenantId, batch }) => (batch.absent ?? []).map((ref) => ({ tenantId, ref })))
  return {
    text: COMMIT,
    params: [
      joinTexts(batches.map(({ tenantId }) => tenantId)),
      joinNumbers(batches.map(({ batch }) => batch.expected.revision)),
      joinNumbers(batches.map(({ batch }) => batch.head.position)),
      joinTexts(batches.map(({ batch }) => batch.head.hash)),
      `{${batches.map(({ batch }) => changesDue(batch)).join(',')}}`,
      joinTexts(events.map(({ tenantId }) => tenantId)),
      joinNumbers(events.map(({ position }) => position)),
      joinTexts(events.map(({ text }) => text)),
      joinTexts(puts.map(({ tenantId }) => tenantId)),
      joinTexts(puts.map(({ ref }) => ref)),
      joinNumbers(puts.map(({ version }) => version)),
      joinTexts(puts.map(({ value }) => JSON.stringify(value))),
      joinNumbers(puts.map(({ expiresAt }) => expiresAt ?? null)),
      joinTexts(deletes.map(({ tenantId }) => tenantId)),
      joinTexts(deletes.map(({ ref }) => ref)),
      joinTexts(absent.map(({ tenantId }) => tenantId)),
      joinTexts(absent.map(({ ref }) => ref)),
    ],
  }
}
