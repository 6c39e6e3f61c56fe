import { createRoute } from '@hono/zod-openapi'
import { refuse } from '#common/outcome.ts'
import { checkAllowed } from '#domain/run-command.ts'
import { authenticate } from '../../../auth/authenticate.ts'
import type { App } from '../../../context.ts'
import { catchUp, projectNow } from '../../../reads.ts'
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
    unwrap(await checkAllowed(c.var.decisions, principal, 'user.list', { kind: 'tenant', tenantId, id: tenantId }))
    const { page, pageSize, sortBy, sortOrder, status, role, search } = c.req.valid('query')
    await catchUp(c, 'user_profile', [tenantId])
    const filters = {
      ...(status !== undefined && { status }),
      ...(role !== undefined && { role }),
      ...(search !== undefined && { search }),
    }
    const { readModels, writer } = c.var.services
    const list = () => readModels.users(tenantId, filters, { page, pageSize, sortBy, sortOrder })
    let found = await list()
    if (found.position === 0) {
      // Of such a tenant nothing has been projected yet, or the read models have been lost; or there is none.
      if ((await writer.tenant(tenantId)).version === 0) unwrap(refuse('resource.not_found'))
      await projectNow(c, tenantId)
      found = await list()
    }
    return c.json({ items: found.items.map((row) => userResource(row)), page, pageSize, total: found.total }, 200)
  })
