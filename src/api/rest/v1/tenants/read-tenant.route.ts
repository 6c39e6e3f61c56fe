import { createRoute } from '@hono/zod-openapi'
import { refuse } from '#common/outcome.ts'
import { checkAllowed } from '#domain/run-command.ts'
import { authenticate } from '../../../auth/authenticate.ts'
import type { App } from '../../../context.ts'
import { readTenant } from '../../../reads.ts'
import { unwrap } from '../../../refusal-error.ts'
import { bearer, jsonAnswer, problems } from '../operation.ts'
import { readHeaders, tenantResource } from '../resources.ts'
import { TenantPath, TenantResponse } from '../schemas.ts'

const route = createRoute({
  method: 'get',
  path: '/api/v1/tenants/{tenantId}',
  operationId: 'readTenant',
  summary: 'Read one tenant',
  tags: ['tenants'],
  security: bearer,
  request: { params: TenantPath },
  responses: { 200: jsonAnswer('The tenant', TenantResponse), ...problems },
})

export const registerReadTenant = (app: App) =>
  app.openapi(route, async (c) => {
    const principal = await authenticate(c)
    const { tenantId } = c.req.valid('param')
    unwrap(await checkAllowed(c.get('decisions'), principal, 'tenant.read', { kind: 'tenant', tenantId, id: tenantId }))
    const { row } = await readTenant(c, tenantId)
    const tenant = row ?? unwrap(refuse('resource.not_found'))
    readHeaders(c, tenant)
    return c.json(tenantResource(tenant), 200)
  })
