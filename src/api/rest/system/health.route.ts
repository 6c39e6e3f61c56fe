import type { App } from '../../context.ts'
import { bootstrapPlatform } from '../../bootstrap-platform.ts'
import { PLATFORM_TENANT_ID } from '#common/ids.ts'

const answer = (status: 'ok' | 'degraded' | 'down', checks: Readonly<Record<string, string>>) => ({ status, checks })

/** Live = the process answers; ready = it can do its work; /health = both, with what each dependency says (G-55, G-79). */
export const registerHealth = (app: App) => {
  app.get('/health/live', (c) => c.json(answer('ok', {}), 200))
  for (const path of ['/health', '/health/ready'] as const) {
    app.get(path, async (c) => {
      const { services } = c.var
      const checks = {
        readModels: await probe(() => services.readModels.ping()),
        tenantWriter: await probe(() => services.writer.tenant(PLATFORM_TENANT_ID)),
        platform: await probe(() => bootstrapPlatform(services)),
      }
      const down = checks.tenantWriter !== 'ok' || checks.platform !== 'ok'
      const degraded = checks.readModels !== 'ok'
      const status = down ? 'down' : degraded ? 'degraded' : 'ok'
      return c.json(
        answer(status, checks),
        status === 'ok' || (status === 'degraded' && path === '/health') ? 200 : 503,
      )
    })
  }
}

const probe = (check: () => Promise<unknown>): Promise<'ok' | 'down'> =>
  check().then(
    () => 'ok',
    () => 'down',
  )
