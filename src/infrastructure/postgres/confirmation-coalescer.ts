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

/** Writes down how far tenants have been projected, for all that are confirmed while the writing before is under way. */
export class ConfirmationCoalescer {
  readonly #session: SqlSession
  #waiting = new Map<string, number>()
  #writing: Promise<void> | undefined

  constructor(session: SqlSession) {
    this.#session = session
  }

  async confirm(tenantId: string, position: number): Promise<void> {
    this.#waiting.set(tenantId, Math.max(position, this.#waiting.get(tenantId) ?? 0))
    const before = this.#writing
    // What failed before has been told to whoever it was for.
    if (before) await before.catch(() => undefined)
    await (this.#writing ??= this.#write().finally(() => (this.#writing = undefined)))
  }

  async #write(): Promise<void> {
    const waiting = this.#waiting
    this.#waiting = new Map()
    if (waiting.size === 0) return
    const params = [joinTexts([...waiting.keys()]), joinNumbers([...waiting.values()])]
    await this.#session.transaction('owner', [{ text: CONFIRM, params }])
  }
}
