import { refuse } from '#common/outcome.ts'
import { showsSecret } from '../../auth/shows-secret.ts'
import type { App } from '../../context.ts'
import { unwrap } from '../../refusal-error.ts'

/** Prometheus' text format, 0.0.4. */
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** What Prometheus reads, for whoever shows the token made for it: tenants are named there. Without one there is no such page. */
export const registerMetrics = (app: App) =>
  app.get('/metrics', async (c) => {
    const { metricsPage, cryptography } = c.get('services')
    if (!metricsPage) return unwrap(refuse('route.not_found'))
    if (!showsSecret(cryptography, c.req.header('authorization'), `Bearer ${metricsPage.token}`))
      return unwrap(refuse('unauthenticated'))
    return c.body(await metricsPage.scrape(), 200, { 'Content-Type': CONTENT_TYPE })
  })
