import { createRoute } from '@hono/zod-openapi'
import type { App } from '../context.ts'
import { FollowerQuery, TenantPath } from './schemas.ts'
import { entryOf } from './tenant-log.ts'

const route = createRoute({
  method: 'get',
  path: '/operator/v1/tenants/{tenantId}',
  hide: true,
  request: { params: TenantPath, query: FollowerQuery },
  responses: { 200: { description: 'Where a tenant’s log stands, those who follow it, and its fence' } },
})

export const registerReadTenantLog = (app: App) =>
  app.openapi(route, async (c) => {
    const { tenantId } = c.req.valid('param')
    return c.json(await entryOf(c, tenantId, c.req.valid('query').follower), 200)
  })
