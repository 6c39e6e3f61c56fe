import type { Logger } from '../ports/logger.ts'

/** How long read models may be behind their log before somebody is told, in milliseconds (seed line 2482). */
export const LAG_THRESHOLD = 5_000

/** A tenant whose read models have not followed its log to the end. */
export interface Lagging {
  readonly tenantId: string
  /** RFC 3339: when the first event was committed that they have not followed. */
  readonly waitingSince: string
}

/** Tells of tenants whose read models lag, once when they begin to and once when they have caught up. */
export class LagWatch {
  readonly #logger: Pick<Logger, 'info' | 'error'>
  readonly #late: Set<string>

  /** @param late tenants of whom it has been told already that they lag */
  constructor(logger: Pick<Logger, 'info' | 'error'>, late: Iterable<string> = []) {
    this.#logger = logger
    this.#late = new Set(late)
  }

  /** Whether it has been told of a tenant that it lags, and not yet that it has caught up. */
  isLate(tenantId: string): boolean {
    return this.#late.has(tenantId)
  }

  /** @param lagging every tenant that lags now, or those that lag longest. */
  look(lagging: readonly Lagging[], now: number): void {
    const late = lagging.filter(({ waitingSince }) => now - Date.parse(waitingSince) > LAG_THRESHOLD)
    for (const { tenantId, waitingSince } of late) {
      if (this.#late.has(tenantId)) continue
      this.#late.add(tenantId)
      this.#logger.error('read models lag behind their log', { tenantId, waitingSince })
    }
    const names = new Set(lagging.map(({ tenantId }) => tenantId))
    for (const tenantId of this.#late) {
      if (names.has(tenantId)) continue
      this.#late.delete(tenantId)
      this.#logger.info('read models have caught up with their log', { tenantId })
    }
  }
}
