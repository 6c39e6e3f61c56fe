import type { Connection } from 'rabbitmq-client'
import { z } from 'zod'
import type { Logger } from '#domain/ports/logger.ts'
import type { TenantWorkers } from '../tenant-workers.ts'
import { consumeQueue, type ReceivedMessage, type Verdict } from './consume-queue.ts'
import { EVENT_PROCESSING } from './topology.ts'

/** Milliseconds before a message whose tenant could not be projected goes back: after one try more, it is a dead letter. */
const BACKOFF = [250, 1_000, 5_000, 20_000]

/** What of an event matters here. Whoever may write to the exchange can have sent it. */
const WakingEvent = z.object({
  specversion: z.literal('1.0'),
  data: z.object({ tenantId: z.string().max(128), position: z.int().positive() }),
})

export interface ProcessEventsOptions {
  readonly connection: Connection
  readonly projections: TenantWorkers
  readonly logger: Logger
  /** Waits so many milliseconds, or until the signal is given. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>
}

/** Events of one tenant that are in hand to be projected, at most: one that is being projected, and one for all that came since. */
const IN_HAND = 2

/**
 * Takes events from `event.processing` and projects their tenants. An event is done once its tenant has been projected up to it:
 * a hundred of one tenant cost one projection. One whose tenant cannot be projected is delivered five times, each time a while
 * later, and then becomes a dead letter; the sweep will have the tenant projected all the same.
 *
 * The broker hands out so many events and no more until the first is done. So that no tenant, however slow or broken, has all of
 * them, an event is done as well when another one of its tenant is in hand whose projection has yet to begin, or waits for the
 * same try: that one stands for both.
 */
export function processEvents({ connection, projections, logger, wait = waitFor }: ProcessEventsOptions) {
  const ending = new AbortController()
  const inHand = new Counts()
  /** Tenants and the try that one of their events waits for. */
  const waiting = new Set<string>()

  async function project(tenantId: string, position: number): Promise<boolean> {
    if (inHand.of(tenantId) >= IN_HAND && projections.isAwaited(tenantId)) return true
    inHand.add(tenantId, 1)
    const reached = await projections.run(tenantId, position)
    inHand.add(tenantId, -1)
    return reached !== undefined
  }

  const consumer = consumeQueue({ connection, queue: EVENT_PROCESSING, logger }, async (message): Promise<Verdict> => {
    const event = wakingEvent(message)
    if (!event) {
      logger.error('a message is no event: it is put with the dead letters', { messageId: message.id })
      return 'dead'
    }
    const { tenantId, position } = event
    if (await project(tenantId, position)) return 'done'
    const { id: messageId, deliveries } = message
    const pause = BACKOFF[deliveries - 1]
    if (pause === undefined) {
      logger.error('an event could not be projected: it is put with the dead letters', {
        tenantId,
        position,
        messageId,
        deliveries,
      })
      return 'dead'
    }
    const next = `${tenantId}/${deliveries}`
    if (waiting.has(next)) return 'done'
    waiting.add(next)
    await wait(pause, ending.signal)
    waiting.delete(next)
    return 'again'
  })
  return {
    /** Ends; what has not been projected stays in the queue. */
    close(): Promise<void> {
      ending.abort()
      return consumer.close()
    },
  }
}

/** How many there are of each. */
class Counts {
  readonly #counts = new Map<string, number>()

  of(key: string): number {
    return this.#counts.get(key) ?? 0
  }

  add(key: string, more: number): void {
    const count = this.of(key) + more
    if (count === 0) this.#counts.delete(key)
    else this.#counts.set(key, count)
  }
}

function wakingEvent({ body }: ReceivedMessage) {
  try {
    return WakingEvent.safeParse(JSON.parse(body)).data?.data
  } catch {
    return undefined
  }
}

const waitFor = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    signal.addEventListener('abort', end)
  })
