import { createRoute } from '@hono/zod-openapi'
import { refuse } from '#common/outcome.ts'
import { policyActor } from '#domain/policy/actor.ts'
import { authenticate } from '../../../auth/authenticate.ts'
import type { App } from '../../../context.ts'
import { readUser } from '../../../reads.ts'
import { unwrap } from '../../../refusal-error.ts'
import { bearer, jsonAnswer, problems } from '../operation.ts'
import { readHeaders, userResource } from '../resources.ts'
import { UserPath, UserResponse } from '../schemas.ts'

const route = createRoute({
  method: 'get',
  path: '/api/v1/tenants/{tenantId}/users/{userId}',
  operationId: 'readUser',
  summary: 'Read one user',
  tags: ['users'],
  security: bearer,
  request: { params: UserPath },
  responses: { 200: jsonAnswer('The user', UserResponse), ...problems },
})

/** Somebody else's profile is not found for those who may not read it, as if it were not there (G-17). */
export const registerReadUser = (app: App) =>
  app.openapi(route, async (c) => {
    const principal = await authenticate(c)
    const { tenantId, userId } = c.req.valid('param')
    const resource = { kind: 'user', tenantId, id: userId } as const
    if (!(await c.get('decisions').allows(policyActor(principal), 'user.read', resource)))
      unwrap(refuse('resource.not_found'))
    const { row } = await readUser(c, tenantId, userId)
    const user = row ?? unwrap(refuse('resource.not_found'))
    readHeaders(c, user)
    return c.json(userResource(user), 200)
  })
