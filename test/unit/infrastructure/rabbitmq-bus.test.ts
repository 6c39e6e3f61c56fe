import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EventEnvelope } from '#common/envelope.ts'
import { PublicationRefusedFault } from '#domain/ports/publication.ts'
import { RabbitMqBus } from '#infrastructure/node/rabbitmq/rabbitmq-bus.ts'
import { TenantWorkers } from '#infrastructure/node/tenant-workers.ts'
import { MemoryPublication } from '../../support/memory-publication.ts'
import { keptLog } from '../../support/rabbitmq.ts'

describe('the bus over RabbitMQ', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  /** A bus whose broker refuses the events of some tenants. */
  function opened(...full: readonly string[]) {
    const storage = new MemoryPublication()
    const refused = new Set(full)
    const tries: string[] = []
    const pages: number[] = []
    const broken = { is: false }
    const sweeps: (number | undefined)[] = []
    const projected: string[] = []
    const bus = new RabbitMqBus({
      storage,
      publisher: {
        async publish(events: readonly EventEnvelope[]) {
          const tenantId = events[0]?.tenantId ?? ''
          tries.push(tenantId)
          pages.push(events.length)
          if (broken.is) throw new Error('silent')
          if (refused.has(tenantId)) throw new PublicationRefusedFault('full', 0)
        },
      },
      ready: () => true,
      sweepSoon: (milliseconds) => sweeps.push(milliseconds),
      projections: new TenantWorkers(
        async (tenantId) => projected.push(tenantId),
        () => undefined,
      ),
      logger: keptLog().logger,
    })
    const commit = async (tenantId: string) => {
      await bus.publish([{ tenantId, toPosition: storage.append(tenantId) }])
      await vi.advanceTimersByTimeAsync(0)
    }
    return { storage, bus, refused, tries, pages, broken, sweeps, projected, commit }
  }

  it('leaves a tenant alone that was refused, for a second, doubled up to ten', async () => {
    const { bus, tries, sweeps, commit } = opened('a')
    await commit('a')
    const pauses = [1_000, 2_000, 4_000, 8_000, 10_000, 10_000]
    for (const [index, pause] of pauses.entries()) {
      expect(tries).toHaveLength(1 + index)
      expect(sweeps.at(-1)).toBe(pause)
      await vi.advanceTimersByTimeAsync(pause - 100)
      await commit('a')
      await bus.sweep()
      expect(tries).toHaveLength(1 + index)
      // A sweep looks at all tenants: not ten of them in a second, for ten that are left alone.
      expect(sweeps.at(-1)).toBe(1_000)
      await vi.advanceTimersByTimeAsync(100)
      await bus.sweep()
    }
  })

  it('begins with a second again once something was taken', async () => {
    const { bus, refused, sweeps, commit } = opened('a')
    await commit('a')
    await vi.advanceTimersByTimeAsync(1_000)
    await bus.sweep()
    expect(sweeps.at(-1)).toBe(2_000)
    refused.clear()
    await vi.advanceTimersByTimeAsync(2_000)
    await bus.sweep()
    refused.add('a')
    await commit('a')
    expect(sweeps.at(-1)).toBe(1_000)
  })

  it('begins anew with a broker that is there again', async () => {
    const { bus, tries, sweeps, commit } = opened('a')
    await commit('a')
    for (const pause of [1_000, 2_000, 4_000]) {
      await vi.advanceTimersByTimeAsync(pause)
      await bus.sweep()
    }
    expect(sweeps.at(-1)).toBe(8_000)
    bus.connected()
    await bus.sweep()
    expect(tries).toHaveLength(5)
    expect(sweeps.at(-1)).toBe(2_000)
  })

  it('goes on with a single event after a failure, since the broker may be too slow for more', async () => {
    const { storage, bus, pages, broken, commit } = opened()
    broken.is = true
    storage.append('a')
    await commit('a')
    broken.is = false
    storage.append('a')
    await commit('a')
    expect(pages).toEqual([2, 1, 2, 1])
    await commit('a')
    await commit('a')
    await bus.sweep()
    expect(storage.backlog('a')).toBe(0)
  })

  it('projects what a refused tenant commits meanwhile, and publishes for all others', async () => {
    const { tries, projected, commit } = opened('a')
    for (let commits = 1; commits <= 20; commits++) await commit('a')
    expect(projected).toEqual(Array.from({ length: 20 }, () => 'a'))
    await commit('b')
    expect(tries).toEqual(['a', 'b'])
    expect(projected).not.toContain('b')
  })
})
