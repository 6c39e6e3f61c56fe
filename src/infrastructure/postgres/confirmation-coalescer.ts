import { Coalescer } from './coalescer.ts'
import { joinNumbers, joinTexts, splitTexts, UNFLUSHED, type SqlSession } from './sql-session.ts'

/** What is lost is confirmed again. In the order of tenants, so that replicas do not lock each other out. */
const CONFIRM = `
  with further as (
    select t.tenant_id, c.position from unnest(${splitTexts(1)}, $2::bigint[]) c (tenant, position)
    join tenant_log.tenant t on t.tenant_id = c.tenant and t.projected < c.position
    order by t.tenant_id for update of t
  ), confirmed as (
    update tenant_log.tenant t set projected = f.position from further f where t.tenant_id = f.tenant_id
  )
  select ${UNFLUSHED}`

interface Ask {
  readonly tenantId: string
  readonly position: number
}

/** Writes down how far tenants have been projected, for all that are confirmed while the writing before is under way. */
export class ConfirmationCoalescer {
  readonly #session: SqlSession
  readonly #asked = new Coalescer<Ask, void>({ send: (asks) => this.#send(asks), gate: () => () => true })

  constructor(session: SqlSession) {
    this.#session = session
  }

  confirm(tenantId: string, position: number): Promise<void> {
    return this.#asked.ask({ tenantId, position })
  }

  async #send(asks: readonly Ask[]): Promise<readonly void[]> {
    const furthest = new Map<string, number>()
    for (const { tenantId, position } of asks) furthest.set(tenantId, Math.max(position, furthest.get(tenantId) ?? 0))
    const params = [joinTexts([...furthest.keys()]), joinNumbers([...furthest.values()])]
    await this.#session.transaction('owner', [{ text: CONFIRM, params }])
    return asks.map(() => undefined)
  }
}
