import { createMiddleware } from 'hono/factory'
import { getCookie } from 'hono/cookie'
import { routePath } from 'hono/route'
import { parseConsistencyTokens } from '#common/consistency-token.ts'
import { RequestDecisions } from '#domain/policy/request-decisions.ts'
import { newId } from '#domain/new-id.ts'
import type { AppEnv } from '../context.ts'
import { languageOf } from '../i18n/negotiate.ts'
import { onBehalfOf } from '../operations/on-behalf.ts'
import { RefusalError } from '../refusal-error.ts'
import type { Services } from '../services.ts'

/** Ids a client may choose for its own tracing. */
const TRACE_ID = /^[A-Za-z0-9_.:-]{1,128}$/

const YEAR_SECONDS = 31_536_000

/** Sets what every later step needs, and writes one log line a request: shape and size, never content. */
export const requestContext = (
  servicesOf: (env: unknown) => Promise<Services>,
  addressOf: (context: unknown) => string,
) =>
  createMiddleware<AppEnv>(async (c, next) => {
    const requestId = newId.request()
    const asked = c.req.header('x-correlation-id')
    const query = c.req.query('lang')
    const cookie = getCookie(c, 'preferred_language')
    const acceptLanguage = c.req.header('accept-language')
    c.set('requestId', requestId)
    c.set('correlationId', asked !== undefined && TRACE_ID.test(asked) ? asked : requestId)
    c.set(
      'language',
      languageOf({
        ...(query !== undefined && { query }),
        ...(cookie !== undefined && { cookie }),
        ...(acceptLanguage !== undefined && { acceptLanguage }),
      }),
    )
    c.header('X-Request-Id', requestId)
    c.header('X-Correlation-Id', c.get('correlationId'))
    c.header('Cache-Control', 'no-store')
    c.header('X-Content-Type-Options', 'nosniff')
    // Whatever fails from here on is answered in the caller's language, with the request's id.
    const services = await servicesOf(c.env)
    const startedAt = services.clock()
    if (services.publicUrl.startsWith('https:')) c.header('Strict-Transport-Security', `max-age=${YEAR_SECONDS}`)
    c.set('services', services)
    c.set('onBehalf', onBehalfOf(c.req.raw))
    c.set('clientAddress', c.get('onBehalf')?.clientAddress ?? addressOf(c))
    c.set('idempotencyKey', c.req.header('idempotency-key'))
    c.set('principal', undefined)
    c.set('consistency', [])
    c.set(
      'decisions',
      new RequestDecisions(services.policy, ({ error, action }) =>
        services.logger.error('policy engine failed; denied', { requestId, action, fault: String(error) }),
      ),
    )
    const tokens = c.req.header('consistency-token')
    if (tokens !== undefined) {
      const parsed = parseConsistencyTokens(tokens)
      if (!parsed) throw new RefusalError({ code: 'request.invalid_header', params: { header: 'Consistency-Token' } })
      c.set('consistency', parsed)
    }
    await next()
    // Not the path itself: in some routes it carries a secret.
    const route = routePath(c, -1)
    const durationMs = services.clock() - startedAt
    services.metrics?.request(c.req.method, route, c.res.status, durationMs / 1_000)
    services.logger.info('request', {
      requestId,
      correlationId: c.get('correlationId'),
      tenantId: c.get('principal')?.tenantId,
      userId: c.get('principal')?.userId,
      method: c.req.method,
      route,
      status: c.res.status,
      durationMs,
    })
  })
