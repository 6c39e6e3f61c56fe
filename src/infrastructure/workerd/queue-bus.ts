import type { Bus, WakeUp } from '#domain/ports/bus.ts'

/** A queue takes at most 100 messages at a time. */
const MAX_MESSAGES = 100

/** The bus of the edge: a Cloudflare Queue. */
export const createQueueBus = (queue: Pick<Queue<WakeUp>, 'sendBatch'>): Bus => ({
  async publish(wakeUps) {
    for (let at = 0; at < wakeUps.length; at += MAX_MESSAGES)
      await queue.sendBatch(wakeUps.slice(at, at + MAX_MESSAGES).map((body) => ({ body })))
  },
})
