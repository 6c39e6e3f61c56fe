import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { newId } from '#domain/new-id.ts'
import type { WakeUp } from '#domain/ports/bus.ts'
import worker from '#worker.ts'

const wakeUp = (id: string, tenantId: string) => ({
  id,
  timestamp: new Date('2026-11-24T12:00:00Z'),
  attempts: 1,
  body: { tenantId, toPosition: 3 } satisfies WakeUp,
})

const consume = async (queue: string, messages: readonly ReturnType<typeof wakeUp>[]) => {
  const batch = createMessageBatch<WakeUp>(queue, [...messages])
  const context = createExecutionContext()
  await worker.queue(batch, env)
  return getQueueResult(batch, context)
}

// The database of these tests answers nobody: what is seen is how the consumer meets that.
describe('the queue consumer', () => {
  it('has every wake-up of a tenant delivered again when the tenant cannot be projected', async () => {
    const tenantId = newId.tenant()
    const { explicitAcks, retryMessages } = await consume('acci-wake-ups', [
      wakeUp('a', tenantId),
      wakeUp('b', tenantId),
      wakeUp('c', newId.tenant()),
    ])
    expect(explicitAcks).toEqual([])
    expect(retryMessages.map(({ msgId }) => msgId).toSorted()).toEqual(['a', 'b', 'c'])
  })

  it('reports dead letters and takes them off their queue', async () => {
    const { ackAll, retryMessages } = await consume('acci-wake-ups-dead', [wakeUp('a', newId.tenant())])
    expect(ackAll).toBe(true)
    expect(retryMessages).toEqual([])
  })
})
