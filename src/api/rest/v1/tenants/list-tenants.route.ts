import { createRoute } from '@hono/zod-openapi'
import { PLATFORM_TENANT_ID } from '#common/ids.ts'
import { checkAllowed } from '#domain/run-command.ts'
import { authenticate } from '../../../auth/authenticate.ts'
import type { App } from '../../../context.ts'
import { catchUp } from '../../../reads.ts'
import { unwrap } from '../../../refusal-error.ts'
import { bearer, jsonAnswer, problems } from '../operation.ts'
import { tenantResource } from '../resources.ts'
import { ListTenantsQuery, pageOf, TenantResponse } from '../schemas.ts'

const route = createRoute({
  method: 'get',
  path: '/api/v1/tenants',
  operationId: 'listTenants',
  summary: 'List tenants',
  tags: ['tenants'],
  security: bearer,
  request: { query: ListTenantsQuery },
  responses: { 200: jsonAnswer('A page of tenants', pageOf(TenantResponse, 'TenantPage')), ...problems },
})

export const registerListTenants = (app: App) =>
  app.openapi(route, async (c) => {
    const principal = await authenticate(c)
    const directory = { kind: 'tenantDirectory', tenantId: PLATFORM_TENANT_ID, id: PLATFORM_TENANT_ID } as const
    unwrap(await checkAllowed(c.get('decisions'), principal, 'tenant.list', directory))
    const { page, pageSize, sortBy, sortOrder, status = 'active', plan, name } = c.req.valid('query')
    await catchUp(c, 'tenant_details')
    const filters = { status, ...(plan !== undefined && { plan }), ...(name !== undefined && { name }) }
    const found = await c.get('services').readModels.tenants(filters, { page, pageSize, sortBy, sortOrder })
    return c.json({ items: found.items.map((row) => tenantResource(row)), page, pageSize, total: found.total }, 200)
  })
