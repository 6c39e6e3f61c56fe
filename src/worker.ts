import { createApp } from '#api/app.ts'
import { runOperation } from '#api/operations/run-operation.ts'
import type { WakeUp } from '#domain/ports/bus.ts'
import { outdatedViews } from '#domain/projection/view-versions.ts'
import type { QueuedOperation } from '#domain/ports/command-queue.ts'
import { consumeBatch } from '#infrastructure/workerd/consume-batch.ts'
import { logger, servicesOf, type EdgeServices } from './worker-services.ts'

export { DirectoryObject } from '../durable-objects/directory-object.ts'
export { KeyRingObject } from '../durable-objects/key-ring-object.ts'
export { TenantObject } from '../durable-objects/tenant-object.ts'
export { TenantRegisterObject } from '../durable-objects/tenant-register-object.ts'

/** The cron trigger that looks for read models of an earlier version, as in wrangler.toml. */
const RENEWALS = '17 * * * *'

const app = createApp({
  servicesOf: (env) => servicesOf(env as Env), // Hono passes on what the runtime gave to `fetch`
  // Set by Cloudflare, who strips what a client sends under this name (G-75).
  addressOf: (context) =>
    (context as { req: { header(name: string): string | undefined } }).req.header('cf-connecting-ip') ?? '127.0.0.1', // a Hono context
})

/** Brings a tenant's read models to the end of its log, and rebuilds what an earlier version has made of them. */
async function project({ projector, renewal }: EdgeServices, tenantId: string): Promise<void> {
  const { versions } = await projector.project(tenantId)
  const views = outdatedViews(versions)
  if (views.length > 0) await renewal.renew({ tenantId, views })
}

export default {
  fetch: app.fetch,

  /** Projects tenants that are woken, runs operations, and reports dead letters. */
  queue: (batch, env) =>
    consumeBatch(
      batch,
      async () => {
        const services = await servicesOf(env)
        return {
          project: (tenantId) => project(services, tenantId),
          run: (operation) => runOperation(services, (request) => app.fetch(request, env), operation),
        }
      },
      logger,
    ),

  /**
   * Rotates the signing keys in time even when nobody signs in: a key is published before it signs. Rarely, because it wakes the
   * database: has the read models of tenants renewed that nobody writes to.
   */
  async scheduled({ cron }, env) {
    const services = await servicesOf(env)
    if (cron === RENEWALS) await services.wakeOutdated()
    else await services.keyRing.jwks()
  },
} satisfies ExportedHandler<Env, WakeUp | QueuedOperation>
