import { createApp } from '#api/app.ts'
import { runOperation } from '#api/operations/run-operation.ts'
import type { WakeUp } from '#domain/ports/bus.ts'
import type { QueuedOperation } from '#domain/ports/command-queue.ts'
import { consumeBatch } from '#infrastructure/workerd/consume-batch.ts'
import { logger, servicesOf } from './worker-services.ts'

export { DirectoryObject } from '../durable-objects/directory-object.ts'
export { KeyRingObject } from '../durable-objects/key-ring-object.ts'
export { TenantObject } from '../durable-objects/tenant-object.ts'

const app = createApp({
  servicesOf: (env) => servicesOf(env as Env), // Hono passes on what the runtime gave to `fetch`
  // Set by Cloudflare, who strips what a client sends under this name (G-75).
  addressOf: (context) =>
    (context as { req: { header(name: string): string | undefined } }).req.header('cf-connecting-ip') ?? '127.0.0.1', // a Hono context
})

export default {
  fetch: app.fetch,

  /** Projects tenants that are woken, runs operations, and reports dead letters. */
  queue: (batch, env) =>
    consumeBatch(
      batch,
      async () => {
        const services = await servicesOf(env)
        return {
          project: (tenantId) => services.projector.project(tenantId),
          run: (operation) => runOperation(services, (request) => app.fetch(request, env), operation),
        }
      },
      logger,
    ),

  /** Rotates the signing keys in time even when nobody signs in: a key is published before it signs. */
  async scheduled(_controller, env) {
    const { keyRing } = await servicesOf(env)
    await keyRing.jwks()
  },
} satisfies ExportedHandler<Env, WakeUp | QueuedOperation>
