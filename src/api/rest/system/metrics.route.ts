import { fromUtf8, equalBytes } from '#common/bytes.ts'
import { refuse } from '#common/outcome.ts'
import type { App } from '../../context.ts'
import { unwrap } from '../../refusal-error.ts'

/** Prometheus' text format, 0.0.4. */
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** What Prometheus reads, for whoever shows the token made for it: tenants are named there. Without one there is no such page. */
export const registerMetrics = (app: App) =>
  app.get('/metrics', async (c) => {
    const { metricsPage, cryptography } = c.get('services')
    if (!metricsPage) return unwrap(refuse('route.not_found'))
    const digest = (text: string) => cryptography.sha256(fromUtf8(text))
    const shown = digest(c.req.header('authorization') ?? '')
    // Digests are of one length, so that the time it takes tells nothing.
    if (!equalBytes(shown, digest(`Bearer ${metricsPage.token}`))) return unwrap(refuse('unauthenticated'))
    return c.body(await metricsPage.scrape(), 200, { 'Content-Type': CONTENT_TYPE })
  })
