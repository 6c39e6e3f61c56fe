import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import { newId } from '#domain/new-id.ts'
import { createCommandQueue } from '#infrastructure/workerd/command-queue.ts'
import { consumeBatch, type QueueWork } from '#infrastructure/workerd/consume-batch.ts'
import { createQueueBus } from '#infrastructure/workerd/queue-bus.ts'
import worker from '#worker.ts'
import { busContract } from '../contract/bus.contract.ts'
import { commandQueueContract } from '../contract/command-queue.contract.ts'
import { keptLines } from '../support/kept-lines.ts'

/** Has what comes over the real queues done by `work`: the runtime hands every batch to the Worker's own handler. */
function consumed(work: Partial<QueueWork>) {
  const { logger, lines } = keptLines()
  const nothing = () => Promise.resolve()
  const consumer = vi
    .spyOn(worker, 'queue')
    .mockImplementation((batch) =>
      consumeBatch(batch, async () => ({ project: nothing, run: nothing, ...work }), logger),
    )
  return { lines, restore: () => consumer.mockRestore() }
}

/**
 * Work that is done where the test runs: a promise serves only the request that has made it, and consumers are other requests.
 * They leave word and look whether it has been done.
 */
function doneByTheTest<Input, Output>(work: (input: Input) => Promise<Output>) {
  const asked: { readonly input: Input; outcome?: PromiseSettledResult<Output> }[] = []
  let taken = 0
  const timer = setInterval(() => {
    for (; taken < asked.length; taken++) {
      const one = asked[taken]
      if (one) void Promise.allSettled([work(one.input)]).then(([outcome]) => (one.outcome = outcome))
    }
  }, 5)
  return {
    async ask(input: Input): Promise<Output> {
      const one: (typeof asked)[number] = { input }
      asked.push(one)
      while (!one.outcome) await scheduler.wait(5)
      if (one.outcome.status === 'rejected') throw one.outcome.reason
      return one.outcome.value
    },
    end: () => clearInterval(timer),
  }
}

describe('Cloudflare Queues', () => {
  busContract(
    async (project) => {
      const heads = new Map<string, number>()
      const { ask, end } = doneByTheTest(project)
      const { restore } = consumed({ project: ask })
      return {
        bus: createQueueBus(env.WAKE_UPS),
        commit(tenantId) {
          const head = (heads.get(tenantId) ?? 0) + 1
          heads.set(tenantId, head)
          return head
        },
        // What has been sent to a queue nobody takes back: the wake-up that fails is the one that is lost.
        lose: () => Promise.resolve(),
        async stop() {
          restore()
          end()
        },
      }
    },
    { consumersAreTheRuntimes: true },
  )

  commandQueueContract(
    async () => {
      let restore: (() => void) | undefined
      const queue = createCommandQueue(env.COMMANDS)
      return {
        queue: {
          enqueue: (operation) => queue.enqueue(operation),
          consume(run) {
            ;({ restore } = consumed({ run }))
          },
        },
        stop: async () => restore?.(),
      }
    },
    { consumersAreTheRuntimes: true },
  )

  it.each([
    ['null', null],
    ['a text', 'text'],
    ['a number', 7],
    ['a list', []],
    ['an object without a tenant', { toPosition: 3 }],
    ['a tenant that is no text', { tenantId: 7, operationId: 'opr_a' }],
  ])('drop and report a body that is %s, and have the others worked', async (_, body) => {
    const projected: string[] = []
    const ran: string[] = []
    const { lines, restore } = consumed({
      project: async (tenantId) => void projected.push(tenantId),
      run: async ({ operationId }) => void ran.push(operationId),
    })
    const tenantId = newId.tenant()
    const operationId = newId.operation()
    await env.WAKE_UPS.sendBatch([{ body }, { body: { tenantId, toPosition: 1 } }])
    await env.COMMANDS.sendBatch([{ body }, { body: { tenantId, operationId } }])
    const within = { timeout: 10_000 }
    await expect.poll(() => projected, within).toContain(tenantId)
    await expect.poll(() => ran, within).toContain(operationId)
    const errors = () => lines.filter(({ level }) => level === 'error').map(({ fields }) => String(fields['queue']))
    await expect.poll(() => errors().toSorted(), within).toEqual(['acci-commands', 'acci-wake-ups'])
    restore()
  })
})
