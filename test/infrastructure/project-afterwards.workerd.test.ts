import { describe, expect, it } from 'vitest'
import type { WakeUp } from '#domain/ports/bus.ts'
import { projectAfterwards, type ProjectAfterwardsOptions } from '#infrastructure/workerd/project-afterwards.ts'

const TENANT = 'ten_00000000000000000000000000'

/** Sees to one projection, to its end, and tells what became of it. */
async function afterwards(given: Partial<ProjectAfterwardsOptions>, after = 0) {
  const projected: string[] = []
  const queued: WakeUp[] = []
  const warnings: string[] = []
  let work: Promise<void> | undefined
  const seeTo = projectAfterwards({
    project: async (tenantId) => void projected.push(tenantId),
    queue: { publish: async (wakeUps) => void queued.push(...wakeUps) },
    logger: { warn: (message) => void warnings.push(message) },
    inBackground: (promise) => void (work = promise),
    ...given,
  })
  seeTo(TENANT, { toPosition: 7, after })
  const atOnce = [...projected]
  await work
  return { projected, atOnce, queued, warnings }
}

const fails = async () => {
  throw new Error('away')
}

describe('a projection after the answer', () => {
  it('is done here, and the queue hears nothing of it', async () => {
    expect(await afterwards({})).toMatchObject({ projected: [TENANT], atOnce: [TENANT], queued: [], warnings: [] })
  })

  it('begins no earlier than promised', async () => {
    const began = Date.now()
    expect(await afterwards({}, 60)).toMatchObject({ projected: [TENANT], atOnce: [] })
    expect(Date.now() - began).toBeGreaterThanOrEqual(60)
  })

  it('goes to the queue when it fails', async () => {
    const { queued, warnings } = await afterwards({ project: fails })
    expect(queued).toEqual([{ tenantId: TENANT, toPosition: 7 }])
    expect(warnings).toHaveLength(1)
  })

  it('is left to the sweep when the queue fails too', async () => {
    const { warnings } = await afterwards({ project: fails, queue: { publish: fails } })
    expect(warnings).toHaveLength(2)
  })
})
