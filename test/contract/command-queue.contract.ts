import { describe, expect, it, onTestFinished } from 'vitest'
import { newId } from '#domain/new-id.ts'
import type { CommandQueue, QueuedOperation } from '#domain/ports/command-queue.ts'

export interface CommandQueueUnderTest {
  readonly queue: CommandQueue & { consume(run: (operation: QueuedOperation) => Promise<void>): void }
  stop(): Promise<void>
}

/** What an adapter leaves to somebody else. */
export interface CommandQueueExceptions {
  /** Consumers are the runtime's: how many there are, and when they end. Each takes ten operations at most. */
  readonly consumersAreTheRuntimes?: boolean
}

/** What every adapter of `CommandQueue` does, together with whoever runs what is taken from it. */
export function commandQueueContract(
  open: () => Promise<CommandQueueUnderTest>,
  { consumersAreTheRuntimes = false }: CommandQueueExceptions = {},
): void {
  const operation = (): QueuedOperation => ({ tenantId: newId.tenant(), operationId: newId.operation() })
  const within = { timeout: 10_000 }

  async function opened() {
    const { queue, stop } = await open()
    onTestFinished(stop)
    return { queue, stop }
  }

  describe('CommandQueue', () => {
    it('has operations run that were queued before anybody ran them, and those that come', async () => {
      const { queue } = await opened()
      const operations = [operation(), operation(), operation()]
      const [early, ...late] = operations
      if (early) await queue.enqueue(early)
      const ran: QueuedOperation[] = []
      queue.consume(async (one) => void ran.push(one))
      for (const one of late) await queue.enqueue(one)
      await expect.poll(() => ran, within).toEqual(expect.arrayContaining(operations))
    })

    it.skipIf(consumersAreTheRuntimes)('runs ten at a time', async () => {
      const { queue } = await opened()
      const running = new Set<() => void>()
      let ran = 0
      let most = 0
      queue.consume(async () => {
        const { promise, resolve } = Promise.withResolvers<void>()
        running.add(resolve)
        most = Math.max(most, running.size)
        await promise
        running.delete(resolve)
        ran++
      })
      for (let queued = 0; queued < 25; queued++) await queue.enqueue(operation())
      await expect.poll(() => running.size, within).toBe(10)
      await expect
        .poll(() => {
          for (const end of running) end()
          return ran
        }, within)
        .toBe(25)
      expect(most).toBe(10)
    })

    it('goes on after an operation that failed, and leaves it to its tenant’s writer to send it again', async () => {
      const { queue } = await opened()
      const [bad, good] = [operation(), operation()]
      const ran: string[] = []
      queue.consume(async ({ operationId }) => {
        ran.push(operationId)
        if (operationId === bad.operationId) throw new Error('the API answered 503')
      })
      await queue.enqueue(bad)
      await queue.enqueue(good)
      await expect.poll(() => ran, within).toEqual([bad.operationId, good.operationId])
    })

    it.skipIf(consumersAreTheRuntimes)('ends what is under way when it stops, and begins nothing more', async () => {
      const { queue, stop } = await opened()
      const { promise, resolve } = Promise.withResolvers<void>()
      const begun: string[] = []
      let ended = 0
      queue.consume(async ({ operationId }) => {
        begun.push(operationId)
        await promise
        ended++
      })
      const first = operation()
      await queue.enqueue(first)
      await expect.poll(() => begun, within).toEqual([first.operationId])
      const stopping = stop()
      await queue.enqueue(operation())
      resolve()
      await stopping
      expect({ begun, ended }).toEqual({ begun: [first.operationId], ended: 1 })
    })
  })
}
