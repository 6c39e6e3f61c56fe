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

/**
 * Takes events from `event.processing` and projects their tenants. An event is done once its tenant has been projected up to it:
 * a hundred of one tenant cost one projection. One whose tenant cannot be projected is delivered five times, each time a while
 * later, and then becomes a dead letter; the sweep will have the tenant projected all the same.
 */
export function processEvents({ connection, projections, logger, wait = waitFor }: ProcessEventsOptions) {
  const ending = new AbortController()
  const consumer = consumeQueue({ connection, queue: EVENT_PROCESSING, logger }, async (message): Promise<Verdict> => {
    const event = wakingEvent(message)
    if (!event) {
      logger.error('a message is no event: it is put with the dead letters', { messageId: message.id })
      return 'dead'
    }
    const { tenantId, position } = event
    if ((await projections.run(tenantId, position)) !== undefined) return 'done'
    const pause = BACKOFF[message.deliveries - 1]
    if (pause === undefined) {
      logger.error('an event could not be projected: it is put with the dead letters', {
        tenantId,
        position,
        messageId: message.id,
        deliveries: message.deliveries,
      })
      return 'dead'
    }
    await wait(pause, ending.signal)
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
