import { createRoute } from '@hono/zod-openapi'
import { checkAllowed } from '#domain/run-command.ts'
import { authenticate } from '../../../auth/authenticate.ts'
import type { App } from '../../../context.ts'
import { readUsers } from '../../../reads.ts'
import { unwrap } from '../../../refusal-error.ts'
import { bearer, jsonAnswer, problems } from '../operation.ts'
import { userResource } from '../resources.ts'
import { ListUsersQuery, pageOf, TenantPath, UserResponse } from '../schemas.ts'

const route = createRoute({
  method: 'get',
  path: '/api/v1/tenants/{tenantId}/users',
  operationId: 'listUsers',
  summary: 'List the users of a tenant',
  tags: ['users'],
  security: bearer,
  request: { params: TenantPath, query: ListUsersQuery },
  responses: { 200: jsonAnswer('A page of users', pageOf(UserResponse, 'UserPage')), ...problems },
})

export const registerListUsers = (app: App) =>
  app.openapi(route, async (c) => {
    const principal = await authenticate(c)
    const { tenantId } = c.req.valid('param')
    unwrap(await checkAllowed(c.get('decisions'), principal, 'user.list', { kind: 'tenant', tenantId, id: tenantId }))
    const { page, pageSize, sortBy, sortOrder, status, role, search } = c.req.valid('query')
    const filters = {
      ...(status !== undefined && { status }),
      ...(role !== undefined && { role }),
      ...(search !== undefined && { search }),
    }
    const found = await readUsers(c, tenantId, filters, { page, pageSize, sortBy, sortOrder })
    return c.json({ items: found.items.map((row) => userResource(row)), page, pageSize, total: found.total }, 200)
  })
