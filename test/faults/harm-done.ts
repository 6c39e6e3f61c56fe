import type { Acknowledged } from '../e2e/crash-load.ts'
import type { FollowedLog } from '../e2e/crash-log.ts'

/** How many acknowledged requests have left less in the log than they were acknowledged for, and how many more. */
export function harmDone(acknowledged: readonly Acknowledged[], log: FollowedLog): { lost: number; doubled: number } {
  const byKey = Map.groupBy(log.recorded, ({ envelope }) => envelope.correlationId)
  const surplus = acknowledged.map(({ order }) => (byKey.get(order.key)?.length ?? 0) - order.events.length)
  return { lost: surplus.filter((one) => one < 0).length, doubled: surplus.filter((one) => one > 0).length }
}
