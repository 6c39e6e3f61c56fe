import { describe, expect, it } from 'vitest'
import type { ForwardOutcome, Forwarder } from '#domain/forwarding/forwarder.ts'
import { Forwarders } from '#domain/forwarding/forwarders.ts'
import type { StoreHealth } from '#domain/ports/event-store.ts'
import { MemoryStreamStore } from '../../../support/memory-stream-store.ts'

const DRAINED: ForwardOutcome = { kind: 'drained', position: 1 }
const WAITING: ForwardOutcome = { kind: 'waiting', position: 0, cause: 'timeout' }

function scene() {
  let now = 1_000_000
  let status: StoreHealth['status'] = 'up'
  const errors: string[] = []
  const store = Object.assign(new MemoryStreamStore(), { health: () => Promise.resolve({ status, latency: 1 }) })
  const logger = {
    info: () => undefined,
    warn: () => undefined,
    error: (message: string) => void errors.push(message),
  }
  const runs: string[] = []
  /** A forwarder whose runs are counted and end as `work` says. */
  const forwarder = (tenantId: string, work: () => Promise<ForwardOutcome>): Forwarder =>
    ({
      forward: () => {
        runs.push(tenantId)
        return work()
      },
    }) as unknown as Forwarder // nothing else of it is used here
  const sweeps: number[] = []
  return {
    forwarders: new Forwarders({ store, logger, now: () => now, sweepIn: (wait) => void sweeps.push(wait) }),
    sweeps,
    forwarder,
    runs,
    errors,
    pass: (milliseconds: number) => void (now += milliseconds),
    becomes: (next: StoreHealth['status']) => void (status = next),
  }
}

describe('the forwarders of a process', () => {
  it('forward once more for all commits that come while a tenant’s log is being forwarded', async () => {
    const { forwarders, forwarder, runs } = scene()
    const gates: (() => void)[] = []
    const one = forwarder('a', () => new Promise((resolve) => gates.push(() => resolve(DRAINED))))
    const first = forwarders.committed('a', one)
    await Promise.all([forwarders.committed('a', one), forwarders.committed('a', one)])
    expect(runs).toEqual(['a'])
    gates.shift()?.()
    await expect.poll(() => runs).toEqual(['a', 'a'])
    gates.shift()?.()
    await first
    expect(runs).toEqual(['a', 'a'])
  })

  it('leave a store alone for a while that did not take a batch, whatever tenant it was', async () => {
    const { forwarders, forwarder, runs, pass, sweeps } = scene()
    const waiting = forwarder('a', async () => WAITING)
    await forwarders.committed('a', waiting)
    expect(sweeps).toEqual([500])
    const other = forwarder('b', async () => DRAINED)
    await forwarders.committed('b', other)
    expect(runs).toEqual(['a'])
    pass(500)
    await forwarders.committed('b', other)
    expect(runs).toEqual(['a', 'b'])
  })

  it('ask for a sweep later and later as long as the store takes nothing, and soon again once it has', async () => {
    const { forwarders, forwarder, pass, sweeps } = scene()
    let outcome: ForwardOutcome = WAITING
    const one = forwarder('a', async () => outcome)
    for (let at = 0; at < 8; at++) {
      await forwarders.sweep(['a', 'b', 'c'], () => one)
      pass(15_000)
    }
    expect(sweeps).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000])
    outcome = DRAINED
    await forwarders.sweep(['a'], () => one)
    outcome = WAITING
    await forwarders.sweep(['a'], () => one)
    expect(sweeps.at(-1)).toBe(500)
  })

  it('sweep every tenant that lags, past those that fail for reasons of their own', async () => {
    const { forwarders, forwarder, runs, errors } = scene()
    const ids = Array.from({ length: 40 }, (_, index) => `t${index}`)
    const left = await forwarders.sweep(ids, (id) =>
      forwarder(id, async () => {
        if (id === 't3') throw new Error('the database is away')
        return Number(id.slice(1)) < 20 ? WAITING : DRAINED
      }),
    )
    expect(left).toEqual([])
    expect(runs.toSorted()).toEqual(ids.toSorted())
    expect(errors).toEqual(['forwarding failed; the sweep will try again'])
  })

  it('stop a sweep while the store is away, and say who was not come to', async () => {
    const { forwarders, forwarder, runs, becomes } = scene()
    becomes('down')
    const ids = Array.from({ length: 40 }, (_, index) => `t${index}`)
    const left = await forwarders.sweep(ids, (id) => forwarder(id, async () => WAITING))
    expect(runs).toHaveLength(8)
    expect(left).toEqual(ids.slice(8))
  })
})
