import { createRoute } from '@hono/zod-openapi'
import type { App } from '../context.ts'
import { jsonBody } from '../rest/v1/operation.ts'
import { SubjectKeysBody, TenantPath } from './schemas.ts'
import { entryOf } from './tenant-log.ts'

const route = createRoute({
  // A read, of more ids than an address holds.
  method: 'post',
  path: '/operator/v1/tenants/{tenantId}/subject-keys',
  hide: true,
  request: { params: TenantPath, body: jsonBody(SubjectKeysBody) },
  responses: { 200: { description: 'Wrapped keys by subject; a destroyed key is missing' } },
})

export const registerReadSubjectKeys = (app: App) =>
  app.openapi(route, async (c) => {
    const { tenantId } = c.req.valid('param')
    const { subjectIds } = c.req.valid('json')
    await entryOf(c, tenantId)
    return c.json({ subjectKeys: await c.get('services').writer.subjectKeys(tenantId, subjectIds) }, 200)
  })
