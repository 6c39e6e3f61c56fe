import type { Bus } from '#domain/ports/bus.ts'
import type { Logger } from '#domain/ports/logger.ts'
import { oneAtATime } from '../shared/one-at-a-time.ts'
import { PROJECT_EVERY, type DueProjection, type DueProjections } from './due-projections.ts'
import type { Executed, TurnEnd } from './durable-tenant-writer.ts'
import type { TenantLag } from './tenant-lag.ts'

/** Milliseconds between two writes of how far the projector has come: each is a row. */
const SAVE_PROJECTED_EVERY = 60_000

export interface ProjectionTurnsOptions {
  readonly tenantId: string
  readonly projections: DueProjections
  /** Told what has been committed, asked of the projector, and answered by it. */
  readonly lag?: Pick<TenantLag, 'committed' | 'asked' | 'answered'>
  /** Writes down how far the projector has come. */
  readonly saveProjected: (position: number) => Promise<void>
  /** The queue whose consumer projects what no answer takes along. */
  readonly queue: Bus
  readonly logger: Pick<Logger, 'warn'>
  /** Keeps the object at work. */
  readonly inBackground: (work: Promise<void>) => void
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  /** Waits so many milliseconds. */
  readonly wait: (milliseconds: number) => Promise<void>
}

/**
 * Who projects a tenant, and when: turns go out with the answers to commands, and with the confirmations of the turns before;
 * what neither takes along goes to the queue, and what has been lost the sweep sends there again.
 */
export class ProjectionTurns {
  readonly #options: ProjectionTurnsOptions
  readonly #projections: DueProjections
  readonly #now: () => number
  /** Commands under way: whatever is committed, an answer follows that a projection can go along with. */
  #executing = 0
  /** Position of the last wake-up that was sent. */
  #sent = 0
  /** How far the projector had come at the last sweep. */
  #swept: number
  /** When it was last written down how far the projector has come, in milliseconds since the epoch. */
  #savedAt = 0

  constructor(options: ProjectionTurnsOptions) {
    this.#options = options
    this.#projections = options.projections
    this.#now = options.now ?? Date.now
    this.#swept = this.#projections.projected
  }

  /** How far the log is known to have been projected. */
  get projected(): number {
    return this.#projections.projected
  }

  /** Whether there is something to project. */
  get isBehind(): boolean {
    return this.#projections.isBehind
  }

  /** Executes a command. Its answer takes a turn along, if there is one to take. */
  async executed(execute: () => Promise<Executed['outcome']>): Promise<Executed> {
    this.#executing++
    try {
      const outcome = await execute()
      const projection = this.#projections.begin()
      return { outcome, ...(projection && { projection }) }
    } finally {
      this.#executing--
    }
  }

  committed(position: number): void {
    this.#projections.committed(position)
    this.#options.lag?.committed()
    if (this.#executing === 0) this.#options.inBackground(this.#wake())
  }

  /** Kept in memory, and written down now and then: whoever does not know it has the projector look once more. */
  async confirm(position: number): Promise<void> {
    if (position <= this.#projections.projected) return
    this.#projections.followed(position)
    this.#options.lag?.answered()
    const now = this.#now()
    if (Math.abs(now - this.#savedAt) < SAVE_PROJECTED_EVERY) return
    this.#savedAt = now
    await this.#options.saveProjected(position)
  }

  /** Confirms, and ends a turn. Answers with the next one, if there is one to take. */
  async confirmTurn({ position, turn, goesOn }: TurnEnd): Promise<DueProjection | undefined> {
    await this.confirm(position)
    this.#projections.end(turn)
    if (goesOn) return this.#projections.begin()
    // The next answer takes it along; if there is none, the queue has it.
    this.#options.inBackground(this.#wake())
    return undefined
  }

  /** Sends to the queue what turns do not come to: one after another may be lost where no isolate is kept. */
  async sweep(): Promise<void> {
    const { isBehind, isInCharge, projected } = this.#projections
    if (isBehind && (!isInCharge || projected === this.#swept)) await this.#send()
    this.#swept = projected
  }

  /** Has the queue's consumer project what no answer takes along, once for all that is committed at about the same time. */
  readonly #wake = oneAtATime(async () => {
    const { isBehind, isInCharge, head } = this.#projections
    if (!isBehind || isInCharge || head <= this.#sent) return
    await this.#send()
    await this.#options.wait(PROJECT_EVERY)
  })

  async #send(): Promise<void> {
    const { tenantId, queue, logger, lag } = this.#options
    lag?.asked()
    const { head: toPosition } = this.#projections
    try {
      await queue.publish([{ tenantId, toPosition }])
      this.#sent = toPosition
    } catch (fault) {
      logger.warn('a wake-up was lost; the sweep will send it again', { tenantId, fault: String(fault) })
    }
  }
}
