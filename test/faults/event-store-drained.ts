import { expect } from 'vitest'
import type { RemoteEventStore } from '../support/remote-event-store.ts'
import type { FaultCase } from './fault-run.ts'

/** Promised to operators: what waits goes out within a minute of the store's return. */
const DRAINED_WITHIN = { timeout: 60_000, interval: 100 }

/** The store holds each tenant's log, event by event and nothing else, without anybody having done anything. */
export const eventStoreDrained =
  (remote: RemoteEventStore): NonNullable<FaultCase['also']> =>
  async (logs, healedAt) => {
    for (const { tenantId, log } of logs) {
      await expect.poll(() => remote.log(tenantId).length, DRAINED_WITHIN).toBe(log.envelopes.length)
      expect(remote.log(tenantId)).toEqual(log.envelopes)
    }
    return `the event store held all within ${Math.ceil((performance.now() - healedAt) / 1_000)} s`
  }
