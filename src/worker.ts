import { createApp } from '#api/app.ts'
import type { WakeUp } from '#domain/ports/bus.ts'
import { logger, servicesOf } from './worker-services.ts'

export { DirectoryObject } from '../durable-objects/directory-object.ts'
export { KeyRingObject } from '../durable-objects/key-ring-object.ts'
export { TenantObject } from '../durable-objects/tenant-object.ts'

const DEAD_LETTERS = 'acci-wake-ups-dead'
const RETRY_SECONDS = 5

const app = createApp({
  servicesOf: (env) => servicesOf(env as Env), // Hono passes on what the runtime gave to `fetch`
  // Set by Cloudflare, who strips what a client sends under this name (G-75).
  addressOf: (context) =>
    (context as { req: { header(name: string): string | undefined } }).req.header('cf-connecting-ip') ?? '127.0.0.1', // a Hono context
})

export default {
  fetch: app.fetch,

  /** Wake-ups: each tenant named is projected once, whatever the number of its messages. Dead letters are reported. */
  async queue(batch, env) {
    if (batch.queue === DEAD_LETTERS) {
      for (const { body } of batch.messages)
        logger.error('a wake-up was given up; the tenant’s sweep goes on', { ...body })
      return batch.ackAll()
    }
    const { projector } = await servicesOf(env)
    const byTenant = Map.groupBy(batch.messages, ({ body }) => body.tenantId)
    await Promise.all(
      [...byTenant].map(async ([tenantId, messages]) => {
        try {
          await projector.project(tenantId)
          for (const message of messages) message.ack()
        } catch (fault) {
          logger.error('projection failed', { tenantId, fault: String(fault) })
          for (const message of messages) message.retry({ delaySeconds: RETRY_SECONDS })
        }
      }),
    )
  },

  /** Rotates the signing keys in time even when nobody signs in: a key is published before it signs. */
  async scheduled(_controller, env) {
    const { keyRing } = await servicesOf(env)
    await keyRing.jwks()
  },
} satisfies ExportedHandler<Env, WakeUp>
