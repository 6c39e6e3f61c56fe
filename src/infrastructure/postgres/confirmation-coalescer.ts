import { Coalescer } from './coalescer.ts'
import { joinNumbers, joinTexts, splitTexts, UNFLUSHED, type SqlSession } from './sql-session.ts'

/** What is lost is confirmed again. */
const CONFIRM = `select ${UNFLUSHED}, tenant_log.confirm_projected(${splitTexts(1)}, $2::bigint[])`

interface Ask {
  readonly tenantId: string
  readonly position: number
}

/**
 * Writes down how far tenants have been projected, no further than their checkpoints beside the log say: for all that are
 * confirmed while the writing before is under way.
 */
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
