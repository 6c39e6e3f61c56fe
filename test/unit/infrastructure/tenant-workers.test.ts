import { describe, expect, it } from 'vitest'
import { TenantWorkers, type WorkerBounds } from '#infrastructure/node/tenant-workers.ts'

/** Workers whose work is held until a test ends it; as many as are told. */
function heldWorkers(bounds: WorkerBounds = { fewest: 5, most: 5 }) {
  const running = new Map<string, (outcome: number | Error) => void>()
  const runs: string[] = []
  const faults: string[] = []
  const workers = new TenantWorkers(
    (tenantId) => {
      expect(running.has(tenantId)).toBe(false)
      runs.push(tenantId)
      return new Promise((resolve, reject) =>
        running.set(tenantId, (outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome))),
      )
    },
    (tenantId, fault) => faults.push(`${tenantId}: ${String(fault)}`),
    bounds,
  )
  const finish = async (tenantId: string, outcome: number | Error = 1) => {
    const end = running.get(tenantId)
    running.delete(tenantId)
    end?.(outcome)
    await new Promise(setImmediate)
  }
  return { workers, running, runs, faults, finish }
}

describe('tenant workers', () => {
  it('work on five tenants at a time and on each tenant once at a time', async () => {
    const { workers, running, runs, finish } = heldWorkers()
    for (const tenantId of ['a', 'b', 'c', 'd', 'e', 'f', 'a']) void workers.run(tenantId, 1)
    expect([...running.keys()]).toEqual(['a', 'b', 'c', 'd', 'e'])
    for (const tenantId of ['a', 'a']) void workers.run(tenantId, 2)
    await finish('a')
    await finish('b')
    // `a` was asked for while it ran: it runs once more, after who waited before it.
    expect(runs.slice(5)).toEqual(['f', 'a'])
  })

  it('are more while more tenants wait, within bounds', async () => {
    const { workers, running, finish } = heldWorkers({ fewest: 2, most: 4 })
    for (const tenantId of ['a', 'b', 'c', 'd', 'e', 'f']) void workers.run(tenantId, 1)
    expect([...running.keys()]).toEqual(['a', 'b', 'c', 'd'])
    expect(workers.workers).toBe(4)
    for (const tenantId of ['a', 'b', 'c']) await finish(tenantId)
    expect([...running.keys()]).toEqual(['d', 'e', 'f'])
    expect(workers.workers).toBe(2)
  })

  it('serve by one run all who have asked for no more than it has done', async () => {
    const { workers, runs, finish } = heldWorkers()
    const first = workers.run('a', 1)
    const [served, left] = [workers.run('a', 3), workers.run('a', 4)]
    await finish('a', 3)
    expect(await Promise.all([first, served])).toEqual([3, 3])
    expect(runs).toEqual(['a', 'a'])
    // A run that began after they asked is enough, however far it comes.
    await finish('a', 2)
    expect(await left).toBe(2)
    expect(runs).toEqual(['a', 'a'])
  })

  it('say who was not served by a run that failed, and go on', async () => {
    const { workers, faults, finish } = heldWorkers()
    const [first, second] = [workers.run('a', 1), workers.run('a', 1)]
    await finish('a', new Error('away'))
    expect(await first).toBe(undefined)
    await finish('a')
    expect(await second).toBe(1)
    expect(faults).toEqual(['a: Error: away'])
  })

  it('finish what is under way when they stop, and begin nothing more', async () => {
    const { workers, runs, finish } = heldWorkers()
    const [first, waiting] = [workers.run('a', 1), workers.run('a', 2)]
    const stopped = workers.stop()
    const late = workers.run('b', 1)
    expect(await Promise.all([waiting, late])).toEqual([undefined, undefined])
    await finish('a', 1)
    await stopped
    expect(await first).toBe(1)
    expect(runs).toEqual(['a'])
  })
})
