import { describe, expect, it } from 'vitest'
import type { EventEnvelope } from '#common/envelope.ts'
import { Forwarders } from '#domain/forwarding/forwarders.ts'
import { tenantStream } from '#domain/event-store/stream-event.ts'
import type { ExpectedRevision, StoreEvent } from '#domain/ports/event-store.ts'
import { sameForwarding, type Forwarding, type ForwardingStorage } from '#domain/ports/forwarding.ts'
import { Sweep } from '#infrastructure/node/sweep.ts'
import { MemoryStreamStore } from '../../support/memory-stream-store.ts'

/** What operators are promised, in milliseconds. */
const DRAINED_WITHIN = 60_000
const SECOND = 1_000

/** A tenant's log of which nothing has been forwarded. */
function waitingLog(tenantId: string, length: number) {
  const events = Array.from({ length }, (_, index): EventEnvelope => ({
    eventId: `${tenantId}-${index + 1}`,
    type: 'user.reactivated',
    schemaVersion: '1.0.0',
    tenantId,
    position: index + 1,
    aggregate: { type: 'user', id: 'usr_a', version: index + 1 },
    timestamp: '2026-01-01T00:00:00.000Z',
    correlationId: 'test',
    actorType: 'system',
    commandId: `cmd_${index + 1}`,
    region: 'local',
    clock: { local: index + 1 },
    epoch: 1,
    prevHash: 'p',
    hash: 'h',
    data: {},
  }))
  let state: Forwarding = { forwarded: 0 }
  const storage: ForwardingStorage = {
    readForwarding: () => Promise.resolve(state),
    saveForwarding(expected, next) {
      const isExpected = sameForwarding(state, expected)
      if (isExpected) state = next
      return Promise.resolve(isExpected)
    },
    readEvents: (after, limit) =>
      Promise.resolve({ events: events.slice(after, after + limit), head: { position: events.length } }),
  }
  return { tenantId, events, storage, lags: () => state.forwarded < events.length }
}

/** An event store that is away until a moment of a clock that only the test moves on. */
function outage(back: number) {
  const clock = { now: 0 }
  const isAway = () => clock.now < back
  const held = new MemoryStreamStore()
  const store = {
    append: (stream: string, expected: ExpectedRevision, events: readonly StoreEvent[]) =>
      isAway()
        ? Promise.resolve({ kind: 'outcomeUnknown', cause: 'timeout' } as const)
        : held.append(stream, expected, events),
    readStream: held.readStream.bind(held),
    readLast: held.readLast.bind(held),
    health: () => Promise.resolve({ status: isAway() ? 'down' : 'up', latency: 1 } as const),
  }
  return { clock, store, held }
}

describe('what waits for an event store that is away', () => {
  it.each([0.3, 1, 7, 14.9, 31, 100, 3_600, 3_607])(
    'goes out in order within a minute of its return after %d s',
    async (seconds) => {
      const back = seconds * SECOND
      const { clock, store, held } = outage(back)
      const logger = { info: () => undefined, warn: () => undefined, error: () => undefined }
      const logs = Array.from({ length: 30 }, (_, index) => waitingLog(`ten_${index}`, index === 0 ? 5_000 : 101))
      const byTenant = new Map(logs.map((log) => [log.tenantId, log]))
      const forwarders = new Forwarders({ store, logger, now: () => clock.now, sweepIn: (wait) => sweep.soon(wait) })
      let next = Promise.withResolvers<{ readonly at: number; readonly run: () => void }>()
      const timers = {
        now: () => clock.now,
        random: () => 1, // the longest interval there is
        after(milliseconds: number, run: () => void) {
          next.resolve({ at: clock.now + milliseconds, run })
          return () => undefined
        },
      }
      const sweep: Sweep = new Sweep(
        async () => {
          const lagging = logs.filter(({ lags }) => lags()).map(({ tenantId }) => tenantId)
          await forwarders.sweep(lagging, (tenantId) => {
            const log = byTenant.get(tenantId)
            if (!log) throw new Error('nobody else lags')
            return forwarders.open(tenantId, log.storage)
          })
        },
        logger,
        { timers },
      )

      sweep.start()
      for (;;) {
        const { at, run } = await next.promise
        if (logs.every(({ lags }) => !lags())) break
        next = Promise.withResolvers()
        clock.now = at
        run()
      }

      expect(clock.now).toBeGreaterThanOrEqual(back)
      expect(clock.now - back).toBeLessThan(DRAINED_WITHIN)
      for (const { tenantId, events } of logs)
        expect(held.streams.get(tenantStream(tenantId))?.map(({ id }) => id)).toEqual(events.map((one) => one.eventId))
    },
  )
})
