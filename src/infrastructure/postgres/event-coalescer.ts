import type { EventEnvelope } from '#common/envelope.ts'
import type { Head } from '#domain/ports/tenant-storage.ts'
import { Coalescer, weighing } from './coalescer.ts'
import { joinNumbers, joinTexts, splitTexts, type SqlSession } from './sql-session.ts'
import { headOf } from './stored-row.ts'

interface Ask {
  readonly tenantId: string
  readonly after: number
  readonly limit: number
}

interface LogPart {
  readonly events: readonly EventEnvelope[]
  readonly head: Head
}

/** Most events one statement is asked for; a request that asks for more goes alone. */
const MAX_EVENTS = 16_000

/** The events asked for and the heads they were read at: one statement is one snapshot, and one round trip. */
const READ = `
  select asked.at, e.body, e.position, null::text as hash, null::bigint as revision
  from unnest(${splitTexts(1)}, $2::bigint[], $3::bigint[]) with ordinality asked (tenant, after, most, at)
  cross join lateral (
    select body, position from tenant_log.event
    where tenant_id = asked.tenant and position > asked.after order by position limit asked.most
  ) e
  union all
  select asked.at, null, t.position, t.hash, t.revision
  from unnest(${splitTexts(1)}) with ordinality asked (tenant, at)
  cross join lateral (select * from tenant_log.tenant where tenant_id = asked.tenant limit 1) t`

/** Reads logs for whoever follows them at the same moment in one statement. */
export class EventCoalescer {
  readonly #session: SqlSession
  readonly #asked = new Coalescer<Ask, LogPart>({
    send: (asks) => this.#send(asks),
    gate: () => weighing(MAX_EVENTS, ({ limit }) => limit),
  })

  constructor(session: SqlSession) {
    this.#session = session
  }

  read(tenantId: string, after: number, limit: number): Promise<LogPart> {
    return this.#asked.ask({ tenantId, after, limit })
  }

  async #send(asks: readonly Ask[]): Promise<readonly LogPart[]> {
    const params = [
      joinTexts(asks.map(({ tenantId }) => tenantId)),
      joinNumbers(asks.map(({ after }) => after)),
      joinNumbers(asks.map(({ limit }) => limit)),
    ]
    const [rows = []] = await this.#session.transaction('owner', [{ text: READ, params }])
    const parts = asks.map(() => ({ events: [] as EventEnvelope[], head: headOf(undefined) }))
    for (const row of rows) {
      const part = parts[Number(row['at']) - 1]
      if (!part) continue
      const { body } = row
      if (typeof body === 'string') part.events.push(JSON.parse(body) as EventEnvelope) // as written
      else part.head = headOf(row)
    }
    // Each ask's events come in their order already; the statement as a whole promises none.
    for (const { events } of parts) events.sort((one, other) => one.position - other.position)
    return parts
  }
}
