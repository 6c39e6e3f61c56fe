import { createRoute } from '@hono/zod-openapi'
import { refuse } from '#common/outcome.ts'
import { subjectKeysOf } from '#domain/events/subject-keys.ts'
import type { App } from '../context.ts'
import { unwrap } from '../refusal-error.ts'
import { LogQuery, TenantPath } from './schemas.ts'

const route = createRoute({
  method: 'get',
  path: '/operator/v1/tenants/{tenantId}/events',
  hide: true,
  request: { params: TenantPath, query: LogQuery },
  responses: { 200: { description: 'A page of the log as it is stored, and the wrapped keys that open it' } },
})

/** What is personal stays sealed, and the keys wrapped: whoever has the master key can read it. */
export const registerReadStoredEvents = (app: App) =>
  app.openapi(route, async (c) => {
    const { tenantId } = c.req.valid('param')
    const { after, limit } = c.req.valid('query')
    const { writer } = c.get('services')
    const page = await writer.log(tenantId, after, limit)
    if (page.head.position === 0) unwrap(refuse('resource.not_found'))
    const subjectKeys = await subjectKeysOf(writer, tenantId, page)
    const answer: object = { events: page.events, head: page.head, subjectKeys }
    return c.json(answer, 200)
  })
