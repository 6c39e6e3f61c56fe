import { createRoute } from '@hono/zod-openapi'
import { refuse } from '#common/outcome.ts'
import { authenticate } from '../../../auth/authenticate.ts'
import type { App } from '../../../context.ts'
import { readUser } from '../../../reads.ts'
import { unwrap } from '../../../refusal-error.ts'
import { bearer, jsonAnswer, problems } from '../operation.ts'
import { readHeaders, userResource } from '../resources.ts'
import { UserResponse } from '../schemas.ts'

const route = createRoute({
  method: 'get',
  path: '/api/v1/me',
  operationId: 'readMe',
  summary: 'Read the signed-in user',
  tags: ['auth'],
  security: bearer,
  responses: { 200: jsonAnswer('The signed-in user', UserResponse), ...problems },
})

export const registerReadMe = (app: App) =>
  app.openapi(route, async (c) => {
    const { tenantId, userId } = await authenticate(c)
    const { row } = await readUser(c, tenantId, userId)
    const user = row ?? unwrap(refuse('resource.not_found'))
    readHeaders(c, user)
    return c.json(userResource(user), 200)
  })
