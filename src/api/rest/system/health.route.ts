import { answeredWithin } from '#common/answered-within.ts'
import type { App } from '../../context.ts'
import { bootstrapPlatform } from '../../bootstrap-platform.ts'
import { PLATFORM_TENANT_ID } from '#common/ids.ts'

/** Milliseconds; whoever asks for the health of the product does not wait for a cache. */
const CACHE_WITHIN = 200

const answer = (status: 'ok' | 'degraded' | 'down', checks: Readonly<Record<string, string>>) => ({ status, checks })

/** Live = the process answers; ready = it can do its work; /health = both, with what each dependency says (G-55, G-79). */
export const registerHealth = (app: App) => {
  app.get('/health/live', (c) => c.json(answer('ok', {}), 200))
  for (const path of ['/health', '/health/ready'] as const) {
    app.get(path, async (c) => {
      const services = c.get('services')
      const checks = {
        readModels: await probe(() => services.readModels.ping()),
        tenantWriter: await probe(() => services.writer.tenant(PLATFORM_TENANT_ID)),
        platform: await probe(() => bootstrapPlatform(services)),
        cache: await probe(() => answeredWithin(CACHE_WITHIN, services.readCache.ping())),
      }
      const down = checks.tenantWriter !== 'ok' || checks.platform !== 'ok'
      const behind = checks.readModels !== 'ok'
      // Without its cache it still does all of its work: to take it out of rotation would do harm.
      const status = down ? 'down' : behind || checks.cache !== 'ok' ? 'degraded' : 'ok'
      return c.json(answer(status, checks), down || (behind && path !== '/health') ? 503 : 200)
    })
  }
}

const probe = (check: () => Promise<unknown>): Promise<'ok' | 'down'> =>
  check().then(
    () => 'ok',
    () => 'down',
  )
