import type { Logger } from '#domain/ports/logger.ts'
import { LAG_THRESHOLD, LagWatch } from '#domain/projection/lag-watch.ts'
import type { DueProjections } from './due-projections.ts'

export interface TenantLagOptions {
  readonly tenantId: string
  readonly storage: {
    /** When the event at a position was committed (RFC 3339); undefined when there is none. */
    timestampAt(position: number): string | undefined
    /** Whether somebody has been told that the read models lag. */
    readonly isLate: boolean
    saveLate(isLate: boolean): void
  }
  readonly projections: Pick<DueProjections, 'isBehind' | 'projected'>
  readonly logger: Pick<Logger, 'info' | 'error'>
  /** Milliseconds since the epoch. */
  readonly now?: () => number
}

/**
 * Tells when the read models of one tenant begin to lag and when they have caught up, once each, also where the tenant's object
 * ends in between. How far the projector came is written down only now and then: an object that has just begun does not know it,
 * so it asks, and tells of a lag only when nobody has answered in time.
 */
export class TenantLag {
  readonly #options: TenantLagOptions
  readonly #now: () => number
  readonly #watch: LagWatch
  #isDoubtful: boolean
  /** When the projector was first woken after the object had begun. */
  #askedAt: number | undefined
  #lookedAt = 0

  constructor(options: TenantLagOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#watch = new LagWatch(options.logger, options.storage.isLate ? [options.tenantId] : [])
    this.#isDoubtful = options.projections.isBehind
  }

  /** Whether the projector has yet to say how far it came. */
  get isDoubtful(): boolean {
    return this.#isDoubtful
  }

  /** The projector has been woken. */
  asked(): void {
    this.#askedAt ??= this.#now()
  }

  /** The projector has said how far it came. */
  answered(): void {
    this.#isDoubtful = false
    if (this.#watch.isLate(this.#options.tenantId)) this.look()
  }

  /** After a commit, which may come often: looks now and then. Never throws, since what is committed is committed. */
  committed(): void {
    if (Math.abs(this.#now() - this.#lookedAt) < LAG_THRESHOLD) return
    try {
      this.look()
    } catch (fault) {
      const { tenantId, logger } = this.#options
      logger.error('it could not be seen whether read models lag', { tenantId, fault: String(fault) })
    }
  }

  look(): void {
    const { tenantId, storage, projections } = this.#options
    const now = this.#now()
    this.#lookedAt = now
    if (this.#isDoubtful && !(this.#askedAt !== undefined && now - this.#askedAt >= LAG_THRESHOLD)) return
    const waitingSince = projections.isBehind ? storage.timestampAt(projections.projected + 1) : undefined
    const wasLate = this.#watch.isLate(tenantId)
    this.#watch.look(waitingSince === undefined ? [] : [{ tenantId, waitingSince }], now)
    const isLate = this.#watch.isLate(tenantId)
    if (isLate !== wasLate) storage.saveLate(isLate)
  }
}
