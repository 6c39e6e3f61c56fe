import { createRoute } from '@hono/zod-openapi'
import { refuse } from '#common/outcome.ts'
import type { App } from '../context.ts'
import { unwrap } from '../refusal-error.ts'
import { jsonBody } from '../rest/v1/operation.ts'
import { FenceReleaseBody, TenantPath } from './schemas.ts'
import { entryOf, operatorOf } from './tenant-log.ts'

const route = createRoute({
  method: 'post',
  path: '/operator/v1/tenants/{tenantId}/fence-releases',
  hide: true,
  request: { params: TenantPath, body: jsonBody(FenceReleaseBody) },
  responses: { 200: { description: 'The fence is lifted, and it is remembered who did it and why' } },
})

/** Lifts the fence that is named: whoever asks has compared the store with the log, as `acci eventstore release` does. */
export const registerReleaseFence = (app: App) =>
  app.openapi(route, async (c) => {
    const { tenantId } = c.req.valid('param')
    const { fence, ...release } = c.req.valid('json')
    await entryOf(c, tenantId)
    if (!(await operatorOf(c).outbox.release(tenantId, fence, release))) unwrap(refuse('tenant.fence_changed'))
    c.get('services').logger.warn('an operator has lifted the fence of a tenant', { tenantId, fence, ...release })
    return c.json({ tenantId, fence, ...release }, 200)
  })
