import type { QueuedOperation } from '#domain/ports/command-queue.ts'
import type { Logger } from '#domain/ports/logger.ts'
import { operationIn, tenantIn } from '../shared/queue-messages.ts'

/** How the queues of what was given up end. */
const DEAD = '-dead'
/** Seconds until a wake-up comes again whose tenant could not be projected. */
const RETRY_SECONDS = 5

/** What messages ask for. */
export interface QueueWork {
  readonly project: (tenantId: string) => Promise<unknown>
  readonly run: (operation: QueuedOperation) => Promise<void>
}

/**
 * Does what the messages of a batch ask for, each without regard to the others: each tenant that is woken is projected once,
 * whatever the number of its messages, and comes again when that fails; each operation is run. A message that asks for neither is
 * reported and taken off its queue, as are dead letters.
 *
 * An operation that comes to no answer is off the queue all the same: its tenant's object sends it again, later and later and as
 * often as it may be run. If the queue sent it again as well, all its runs were over within a minute.
 */
export async function consumeBatch(
  { queue, messages }: Pick<MessageBatch, 'queue' | 'messages'>,
  work: () => Promise<QueueWork>,
  logger: Logger,
): Promise<void> {
  if (queue.endsWith(DEAD)) return reportDead(queue, messages, logger)
  const operations: { readonly message: Message; readonly operation: QueuedOperation }[] = []
  const woken = new Map<string, Message[]>()
  for (const message of messages) {
    const operation = operationIn(message.body)
    const tenantId = tenantIn(message.body)
    if (operation) operations.push({ message, operation })
    else if (tenantId !== undefined) woken.set(tenantId, [...(woken.get(tenantId) ?? []), message])
    else {
      // What it says is for no log: it may be anything.
      logger.error('a message asks for nothing that is known: it is dropped', { queue, messageId: message.id })
      message.ack()
    }
  }
  if (operations.length + woken.size === 0) return
  const { project, run } = await work()
  await Promise.all([
    ...[...woken].map(async ([tenantId, of]) => {
      try {
        await project(tenantId)
        for (const message of of) message.ack()
      } catch (fault) {
        logger.error('projection failed', { tenantId, fault: String(fault) })
        for (const message of of) message.retry({ delaySeconds: RETRY_SECONDS })
      }
    }),
    ...operations.map(async ({ message, operation }) => {
      await run(operation).catch((fault: unknown) =>
        logger.warn('an operation will be tried again', { ...operation, fault: String(fault) }),
      )
      message.ack()
    }),
  ])
}

function reportDead(queue: string, messages: readonly Message[], logger: Logger): void {
  for (const message of messages) {
    logger.error('a message was given up; the tenant’s sweep goes on', {
      queue,
      messageId: message.id,
      tenantId: tenantIn(message.body),
      ...operationIn(message.body),
    })
    message.ack()
  }
}
