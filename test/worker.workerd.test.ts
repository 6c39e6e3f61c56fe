import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { newId } from '#domain/new-id.ts'
import type { WakeUp } from '#domain/ports/bus.ts'
import { consumeBatch } from '#infrastructure/workerd/consume-batch.ts'
import worker from '#worker.ts'
import { keptLines } from './support/kept-lines.ts'

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

  it('leaves an operation that came to no answer to its tenant’s object, which sends it again', async () => {
    const operation = { tenantId: newId.tenant(), operationId: newId.operation() }
    const batch = createMessageBatch('acci-commands', [{ ...wakeUp('a', operation.tenantId), body: operation }])
    const context = createExecutionContext()
    const { logger, lines } = keptLines()
    const run = () => Promise.reject(new Error('the API answered 503'))
    await consumeBatch(batch, async () => ({ run, project: () => Promise.resolve() }), logger)
    expect(await getQueueResult(batch, context)).toMatchObject({ explicitAcks: ['a'], retryMessages: [] })
    expect(lines).toMatchObject([{ level: 'warn', fields: operation }])
  })

  it('reports dead letters and takes them off their queue', async () => {
    const foreign = { ...wakeUp('b', ''), body: null as unknown as WakeUp } // none
    const dead = await consume('acci-wake-ups-dead', [wakeUp('a', newId.tenant()), foreign])
    expect(dead).toMatchObject({ explicitAcks: ['a', 'b'], retryMessages: [] })
  })
})
