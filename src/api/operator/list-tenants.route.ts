import { createRoute } from '@hono/zod-openapi'
import type { App } from '../context.ts'
import { PageQuery } from './schemas.ts'
import { operatorOf } from './tenant-log.ts'

const route = createRoute({
  method: 'get',
  path: '/operator/v1/tenants',
  hide: true,
  request: { query: PageQuery },
  responses: { 200: { description: 'Where the logs of a page of tenants stand' } },
})

export const registerListTenantLogs = (app: App) =>
  app.openapi(route, async (c) => {
    const { after, limit, follower } = c.req.valid('query')
    return c.json(await operatorOf(c).outbox.page(after, limit, follower), 200)
  })
