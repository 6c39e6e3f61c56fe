import { createRoute } from '@hono/zod-openapi'
import type { JSONValue } from 'hono/utils/types'
import { openPersonal } from '#domain/events/seal-event.ts'
import { subjectKeysOf } from '#domain/events/subject-keys.ts'
import { policyActor } from '#domain/policy/actor.ts'
import { checkAllowed } from '#domain/run-command.ts'
import { refuse } from '#common/outcome.ts'
import { authenticate } from '../../../auth/authenticate.ts'
import type { App } from '../../../context.ts'
import { unwrap } from '../../../refusal-error.ts'
import { bearer, jsonAnswer, problems } from '../operation.ts'
import { clientJson } from '../resources.ts'
import { EventsQuery, EventsResponse, TenantPath } from '../schemas.ts'

const route = createRoute({
  method: 'get',
  path: '/api/v1/tenants/{tenantId}/events',
  operationId: 'readEvents',
  summary: 'Read the tenant’s own log',
  tags: ['tenants'],
  security: bearer,
  request: { params: TenantPath, query: EventsQuery },
  responses: { 200: jsonAnswer('Whole envelopes, in the order of the log', EventsResponse), ...problems },
})

/** Envelopes as they are stored; `personal.opened` is added for those who may see personal fields. */
export const registerReadEvents = (app: App) =>
  app.openapi(route, async (c) => {
    const [services, decisions] = [c.get('services'), c.get('decisions')]
    const principal = await authenticate(c)
    const { tenantId } = c.req.valid('param')
    const { after, limit } = c.req.valid('query')
    const resource = { kind: 'eventLog', tenantId, id: tenantId } as const
    unwrap(await checkAllowed(decisions, principal, 'events.read', resource))
    const page = await services.writer.log(tenantId, after, limit)
    const { events, head } = page
    if (head.position === 0) unwrap(refuse('resource.not_found'))
    if (!(await decisions.allows(policyActor(principal), 'events.read_personal', resource)))
      return c.json({ items: events.map((event) => clientJson<JSONValue>(event)) }, 200)
    const wrapped = await subjectKeysOf(services.writer, tenantId, page)
    const keys = new Map(Object.entries(wrapped).map(([id, key]) => [id, services.keyVault.unwrap(key, id)]))
    const items = events.map((event) => {
      const key = event.personal && keys.get(event.personal.keyId)
      const opened = key && openPersonal(services.cryptography, key, event)
      return clientJson<JSONValue>(opened ? { ...event, personal: { ...event.personal, opened } } : event)
    })
    return c.json({ items }, 200)
  })
