import { createApp } from '#api/app.ts'
import { runOperation } from '#api/operations/run-operation.ts'
import type { WakeUp } from '#domain/ports/bus.ts'
import type { QueuedOperation } from '#domain/ports/command-queue.ts'
import { logger, servicesOf } from './worker-services.ts'

export { DirectoryObject } from '../durable-objects/directory-object.ts'
export { KeyRingObject } from '../durable-objects/key-ring-object.ts'
export { TenantObject } from '../durable-objects/tenant-object.ts'
export { TenantRegisterObject } from '../durable-objects/tenant-register-object.ts'

/** How the queues of what was given up end. */
const DEAD = '-dead'
const RETRY_SECONDS = 5

const app = createApp({
  servicesOf: (env) => servicesOf(env as Env), // Hono passes on what the runtime gave to `fetch`
  // Set by Cloudflare, who strips what a client sends under this name (G-75).
  addressOf: (context) =>
    (context as { req: { header(name: string): string | undefined } }).req.header('cf-connecting-ip') ?? '127.0.0.1', // a Hono context
})

/** Each kind has a queue of its own; a wake-up names no operation. */
const isOperation = (message: Message<WakeUp | QueuedOperation>): message is Message<QueuedOperation> =>
  'operationId' in message.body

/** Does what messages ask for once, and has them sent again when it fails. */
async function settled(
  messages: readonly Message<WakeUp | QueuedOperation>[],
  trouble: string,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work()
    for (const message of messages) message.ack()
  } catch (fault) {
    logger.error(trouble, { tenantId: messages[0]?.body.tenantId, fault: String(fault) })
    for (const message of messages) message.retry({ delaySeconds: RETRY_SECONDS })
  }
}

export default {
  fetch: app.fetch,

  /**
   * Wake-ups: each tenant named is projected once, whatever the number of its messages. Operations: each is run. Dead letters
   * are reported.
   */
  async queue(batch, env) {
    if (batch.queue.endsWith(DEAD)) {
      for (const { body } of batch.messages)
        logger.error('a message was given up; the tenant’s sweep goes on', { queue: batch.queue, ...body })
      return batch.ackAll()
    }
    const services = await servicesOf(env)
    const wakeUps = batch.messages.filter((message) => !isOperation(message))
    await Promise.all([
      ...[...Map.groupBy(wakeUps, ({ body }) => body.tenantId)].map(([tenantId, messages]) =>
        settled(messages, 'projection failed', () => services.projector.project(tenantId)),
      ),
      ...batch.messages
        .filter((message) => isOperation(message))
        .map((message) =>
          settled([message], 'an operation will be tried again', () =>
            runOperation(services, (request) => app.fetch(request, env), message.body),
          ),
        ),
    ])
  },

  /** Rotates the signing keys in time even when nobody signs in: a key is published before it signs. */
  async scheduled(_controller, env) {
    const { keyRing } = await servicesOf(env)
    await keyRing.jwks()
  },
} satisfies ExportedHandler<Env, WakeUp | QueuedOperation>
