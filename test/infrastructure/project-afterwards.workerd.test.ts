import { describe, expect, it } from 'vitest'
import type { WakeUp } from '#domain/ports/bus.ts'
import type { DueProjection } from '#infrastructure/workerd/due-projections.ts'
import type { Executed, TurnEnd } from '#infrastructure/workerd/durable-tenant-writer.ts'
import { projectAfterwards, type ProjectAfterwardsOptions } from '#infrastructure/workerd/project-afterwards.ts'

const TENANT = 'ten_00000000000000000000000000'
const OUTCOME = { ok: true, value: { position: 7 } } as unknown as Executed['outcome'] // nobody looks into it here

const turn = (number: number, after = 0): DueProjection => ({ turn: number, toPosition: 7, after })
const answer = (projection?: DueProjection): Promise<Executed> =>
  Promise.resolve({ outcome: OUTCOME, ...(projection && { projection }) })

/** Sees to what an answer brings, to its end, and tells what became of it. */
async function afterwards(executed: Promise<Executed>, given: Partial<ProjectAfterwardsOptions> = {}) {
  const projected: string[] = []
  const ended: TurnEnd[] = []
  const queued: WakeUp[] = []
  const warnings: string[] = []
  const works: Promise<void>[] = []
  const seeTo = projectAfterwards({
    async project(tenantId, confirm) {
      projected.push(tenantId)
      await confirm(projected.length + 6)
    },
    async confirmTurn(_tenantId, end) {
      ended.push(end)
      return undefined
    },
    queue: { publish: async (wakeUps) => void queued.push(...wakeUps) },
    logger: { warn: (message) => void warnings.push(message) },
    inBackground: (work) => void works.push(work),
    wait: (milliseconds) => scheduler.wait(milliseconds),
    ...given,
  })
  seeTo(TENANT, executed)
  const keptAtOnce = works.length === 1
  await Promise.all(works)
  return { projected, ended, queued, warnings, keptAtOnce }
}

const fails = async () => {
  throw new Error('away')
}

describe('a projection after the answer', () => {
  it('is done here, and the queue hears nothing of it', async () => {
    expect(await afterwards(answer(turn(1)))).toEqual({
      projected: [TENANT],
      ended: [{ position: 7, turn: 1, goesOn: true }],
      queued: [],
      warnings: [],
      keptAtOnce: true,
    })
  })

  it('is kept before there is an answer: whoever asked may be gone by then', async () => {
    const { promise, resolve } = Promise.withResolvers<Executed>()
    const seen = afterwards(promise)
    resolve({ outcome: OUTCOME, projection: turn(1) })
    expect(await seen).toMatchObject({ projected: [TENANT], keptAtOnce: true })
  })

  it('is not done for an answer without one, nor for a command that failed, of which its caller hears', async () => {
    for (const executed of [answer(), fails()])
      expect(await afterwards(executed)).toMatchObject({ projected: [], queued: [], warnings: [] })
  })

  it('begins no earlier than promised', async () => {
    const began = Date.now()
    expect(await afterwards(answer(turn(1, 60)))).toMatchObject({ projected: [TENANT] })
    expect(Date.now() - began).toBeGreaterThanOrEqual(60)
  })

  it('goes on with the turns that confirmations come back with', async () => {
    const next = [turn(2), turn(3, 10)]
    const ended: TurnEnd[] = []
    const { projected } = await afterwards(answer(turn(1)), {
      async confirmTurn(_tenantId, end) {
        ended.push(end)
        return next.shift()
      },
    })
    expect(projected).toHaveLength(3)
    expect(ended.map((end) => end.turn)).toEqual([1, 2, 3])
  })

  it('goes to the queue when it fails', async () => {
    const { queued, warnings } = await afterwards(answer(turn(1)), { project: fails })
    expect(queued).toEqual([{ tenantId: TENANT, toPosition: 7 }])
    expect(warnings).toHaveLength(1)
  })

  it('is left to the sweep when the queue fails too', async () => {
    const { warnings } = await afterwards(answer(turn(1)), { project: fails, queue: { publish: fails } })
    expect(warnings).toHaveLength(2)
  })
})
