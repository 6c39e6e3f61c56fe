import { expect } from 'vitest'
import type { FaultCase } from './fault-run.ts'

/** What a product has not published goes out with its next sweep, if not before. */
const SERVED_WITHIN = { timeout: 60_000, interval: 100 }

/**
 * A subscriber has had each event of the tenants' logs, of each tenant in the order of its log; copies may come late.
 * @param came when each event first came, by its id, in that order (`follow`)
 */
export const subscriberServed =
  (came: ReadonlyMap<string, number>): NonNullable<FaultCase['also']> =>
  async (logs, healedAt) => {
    const committed = logs.map(({ log }) => log.envelopes.map(({ eventId }) => eventId))
    await expect.poll(() => committed.flat().filter((eventId) => !came.has(eventId)), SERVED_WITHIN).toEqual([])
    const order = [...came.keys()]
    for (const eventIds of committed) {
      const own = new Set(eventIds)
      expect(order.filter((eventId) => own.has(eventId))).toEqual(eventIds)
    }
    const last = Math.max(...committed.flat().map((eventId) => came.get(eventId) ?? Infinity))
    return `a subscriber had all ${committed.flat().length} events in order within ${Math.max(0, Math.ceil((last - healedAt) / 1_000))} s`
  }
