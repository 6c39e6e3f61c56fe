import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { newId } from '#domain/new-id.ts'
import type { Bus } from '#domain/ports/bus.ts'

/** What an adapter leaves to somebody else. */
export interface BusExceptions {
  /** Consumers are the runtime's: it may have two of them project a tenant, where the guarded checkpoint decides. */
  readonly consumersAreTheRuntimes?: boolean
}

export interface BusUnderTest {
  readonly bus: Bus
  /** Adds an event to a tenant's log. Returns its position. */
  commit(tenantId: string): number
  /** Loses the wake-ups that are on their way, also those that have come and are not done. */
  lose(): Promise<void>
  stop(): Promise<void>
}

/**
 * What every adapter of `Bus` does, together with what takes the wake-ups at its other end.
 * @param open with the work that a wake-up leads to, which returns the position it has come to
 */
export function busContract(
  open: (project: (tenantId: string) => Promise<number>) => Promise<BusUnderTest>,
  { consumersAreTheRuntimes = false }: BusExceptions = {},
): void {
  /** A bus and a projector whose projections are held until they are let go. */
  async function opened({ failing = new Set<string>() } = {}) {
    const heads = new Map<string, number>()
    const runs: { readonly tenantId: string; readonly end: () => void }[] = []
    const underWay: string[] = []
    /** Tenants that were begun while they were under way; told apart, since a projection that throws is just tried again. */
    const twice: string[] = []
    let held = false
    const { bus, commit, lose, stop } = await open(async (tenantId) => {
      if (underWay.includes(tenantId)) twice.push(tenantId)
      underWay.push(tenantId)
      const reached = heads.get(tenantId) ?? 0
      const { promise, resolve: end } = Promise.withResolvers<void>()
      runs.push({ tenantId, end })
      if (held) await promise
      underWay.splice(underWay.indexOf(tenantId), 1)
      if (failing.delete(tenantId)) throw new Error('the read models are away')
      return reached
    })
    onTestFinished(stop)
    return {
      lose,
      stop,
      runs,
      underWay,
      twice,
      hold: () => {
        held = true
      },
      release: () => {
        held = false
        for (const { end } of runs) end()
      },
      async wake(tenantId: string) {
        const toPosition = commit(tenantId)
        heads.set(tenantId, toPosition)
        await bus.publish([{ tenantId, toPosition }])
      },
      /** As a sweep does: nothing has been committed since. */
      wakeAgain: (tenantId: string) => bus.publish([{ tenantId, toPosition: heads.get(tenantId) ?? 0 }]),
      runsOf: (tenantId: string) => runs.filter((run) => run.tenantId === tenantId).length,
    }
  }
  const within = { timeout: 10_000 }

  describe('Bus', () => {
    it('has each tenant projected that is woken', async () => {
      const { wake, runsOf } = await opened()
      const tenants = Array.from({ length: 30 }, () => newId.tenant())
      for (const tenantId of tenants) await wake(tenantId)
      await expect.poll(() => tenants.filter((tenantId) => runsOf(tenantId) === 0), within).toEqual([])
    })

    it('projects several tenants beside each other, and each of them once at a time', async () => {
      const { wake, hold, release, underWay, twice, runsOf } = await opened()
      const [busy, other] = [newId.tenant(), newId.tenant()]
      hold()
      await wake(busy)
      await wake(other)
      await expect.poll(() => underWay.toSorted(), within).toEqual([busy, other].toSorted())
      for (let more = 0; more < 20; more++) await wake(busy)
      release()
      await expect.poll(() => runsOf(busy), within).toBeGreaterThan(1)
      await expect.poll(() => underWay, within).toEqual([])
      if (!consumersAreTheRuntimes) expect(twice).toEqual([])
    })

    it('goes on after a projection that failed', async () => {
      const bad = newId.tenant()
      const { wake, runsOf } = await opened({ failing: new Set([bad]) })
      await wake(bad)
      await expect.poll(() => runsOf(bad), within).toBe(1)
      const good = newId.tenant()
      await wake(good)
      await wake(bad)
      await expect.poll(() => runsOf(good), within).toBe(1)
      await expect.poll(() => runsOf(bad), within).toBeGreaterThan(1)
    })

    it('has a tenant projected whose wake-up was lost, once it is woken again without a commit', async () => {
      const tenantId = newId.tenant()
      const { wake, wakeAgain, lose, hold, release, underWay, runsOf } = await opened({ failing: new Set([tenantId]) })
      hold()
      await wake(tenantId)
      await expect.poll(() => underWay, within).toEqual([tenantId])
      await lose()
      release()
      await expect.poll(() => underWay, within).toEqual([])
      expect(runsOf(tenantId)).toBe(1)
      await wakeAgain(tenantId)
      await expect.poll(() => runsOf(tenantId), within).toBeGreaterThan(1)
    })

    it.skipIf(consumersAreTheRuntimes)('ends what is under way when it stops, and begins nothing more', async () => {
      const { wake, hold, release, underWay, stop, runs } = await opened()
      const tenantId = newId.tenant()
      hold()
      await wake(tenantId)
      await expect.poll(() => underWay, within).toEqual([tenantId])
      const stopped = vi.fn<() => void>()
      const stopping = stop().then(stopped)
      await wake(newId.tenant())
      expect(stopped).not.toHaveBeenCalled()
      release()
      await stopping
      expect(underWay).toEqual([])
      expect(runs).toHaveLength(1)
    })
  })
}
