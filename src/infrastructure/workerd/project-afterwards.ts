import type { Bus } from '#domain/ports/bus.ts'
import type { Logger } from '#domain/ports/logger.ts'
import type { DueProjection } from './due-projections.ts'

export interface ProjectAfterwardsOptions {
  readonly project: (tenantId: string) => Promise<unknown>
  /** Takes what has failed, and has it tried again. */
  readonly queue: Bus
  readonly logger: Pick<Logger, 'warn'>
  /** Keeps the request's isolate at work when the answer has gone. */
  readonly inBackground: (work: Promise<void>) => void
}

/**
 * Projects where a command was answered, once the answer has gone: that takes no message and no call of another Worker. What
 * is lost with the isolate, the sweep of the tenant's object finds.
 */
export function projectAfterwards({ project, queue, logger, inBackground }: ProjectAfterwardsOptions) {
  const projected = async (tenantId: string, { toPosition, after }: DueProjection) => {
    if (after > 0) await scheduler.wait(after)
    try {
      await project(tenantId)
    } catch (fault) {
      logger.warn('a projection failed; the queue will have it tried again', { tenantId, fault: String(fault) })
      try {
        await queue.publish([{ tenantId, toPosition }])
      } catch (lost) {
        logger.warn('a wake-up was lost; the sweep will send it again', { tenantId, fault: String(lost) })
      }
    }
  }
  return (tenantId: string, projection: DueProjection): void => inBackground(projected(tenantId, projection))
}
