import { createRoute } from '@hono/zod-openapi'
import type { App } from '../context.ts'
import { TenantPath } from './schemas.ts'
import { entryOf, operatorOf } from './tenant-log.ts'

const route = createRoute({
  method: 'get',
  path: '/operator/v1/tenants/{tenantId}/fence-releases',
  hide: true,
  request: { params: TenantPath },
  responses: { 200: { description: 'Fences that have been lifted: who did it, when and why' } },
})

export const registerListFenceReleases = (app: App) =>
  app.openapi(route, async (c) => {
    const { tenantId } = c.req.valid('param')
    await entryOf(c, tenantId)
    return c.json({ items: await operatorOf(c).outbox.releases(tenantId) }, 200)
  })
