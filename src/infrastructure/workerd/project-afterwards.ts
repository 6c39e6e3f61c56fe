import type { Bus } from '#domain/ports/bus.ts'
import type { Logger } from '#domain/ports/logger.ts'
import type { DueProjection } from './due-projections.ts'
import type { DurableTenantWriter, Executed } from './durable-tenant-writer.ts'

/** Milliseconds that one goes on for: the isolate of a request is not kept much longer. */
export const GOES_ON_FOR = 20_000

export interface ProjectAfterwardsOptions {
  /** Projects a tenant to the end of its log, and says how far it came by `confirm`. */
  readonly project: (tenantId: string, confirm: (position: number) => Promise<void>) => Promise<unknown>
  readonly confirmTurn: DurableTenantWriter['confirmTurn']
  /** Takes what has failed, and has it tried again. */
  readonly queue: Bus
  readonly logger: Pick<Logger, 'warn'>
  /** Keeps the request's isolate at work when the answer has gone, or nobody waits for it any more. */
  readonly inBackground: (work: Promise<void>) => void
  /** Waits so many milliseconds. */
  readonly wait: (milliseconds: number) => Promise<void>
  /** Milliseconds since any moment. */
  readonly now?: () => number
}

/**
 * Projects where a command was answered, once the answer has gone, and goes on as long as there is something new: that takes no
 * message and no call of another Worker. What is lost with the isolate, the next command or the sweep of the tenant's object finds.
 */
export function projectAfterwards({
  project,
  confirmTurn,
  queue,
  logger,
  inBackground,
  wait,
  now = () => performance.now(),
}: ProjectAfterwardsOptions) {
  const takeTurns = async (tenantId: string, first: DueProjection): Promise<void> => {
    const began = now()
    let { turn, after } = first
    for (;;) {
      if (after > 0) await wait(after)
      let next: DueProjection | undefined
      await project(tenantId, async (position) => {
        const goesOn = now() - began < GOES_ON_FOR
        next = await confirmTurn(tenantId, { position, turn, goesOn })
      })
      if (!next) return
      ;({ turn, after } = next)
    }
  }
  const seeTo = async (tenantId: string, executed: Promise<Executed>): Promise<void> => {
    // A command that failed tells its caller.
    const projection = await executed.then(
      (answer) => answer.projection,
      () => undefined,
    )
    if (!projection) return
    try {
      await takeTurns(tenantId, projection)
    } catch (fault) {
      logger.warn('a projection failed; the queue will have it tried again', { tenantId, fault: String(fault) })
      await queue.publish([{ tenantId, toPosition: projection.toPosition }])
    }
  }
  return (tenantId: string, executed: Promise<Executed>): void =>
    // Kept from here on: a caller who goes away before the answer must not take the turn along.
    inBackground(
      seeTo(tenantId, executed).catch((fault: unknown) =>
        logger.warn('a wake-up was lost; the sweep will send it again', { tenantId, fault: String(fault) }),
      ),
    )
}
