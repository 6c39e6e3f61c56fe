import type { CommandQueue, QueuedOperation } from '#domain/ports/command-queue.ts'

/** The queue of operations at the edge: a Cloudflare Queue. */
export const createCommandQueue = (queue: Pick<Queue<QueuedOperation>, 'send'>): CommandQueue => ({
  async enqueue(operation) {
    await queue.send(operation)
  },
})
