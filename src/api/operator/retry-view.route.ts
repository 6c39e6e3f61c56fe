import { createRoute } from '@hono/zod-openapi'
import type { App } from '../context.ts'
import { ViewPath } from './schemas.ts'
import { entryOf, operatorOf } from './tenant-log.ts'

const route = createRoute({
  method: 'post',
  path: '/operator/v1/tenants/{tenantId}/views/{view}/retry',
  hide: true,
  request: { params: ViewPath },
  responses: { 200: { description: 'Where the view stands still; nothing when it follows' } },
})

/** Has a view that stands still try again, here, where the directory of names can be told what it comes to. */
export const registerRetryView = (app: App) =>
  app.openapi(route, async (c) => {
    const { tenantId, view } = c.req.valid('param')
    await entryOf(c, tenantId)
    const halt = await operatorOf(c).projector.retry(tenantId, view)
    c.get('services').logger.warn('an operator has had a view try again', { tenantId, view, haltedAt: halt?.position })
    return c.json({ ...(halt && { halt }) }, 200)
  })
