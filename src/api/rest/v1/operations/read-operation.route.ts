import { createRoute } from '@hono/zod-openapi'
import { refuse } from '#common/outcome.ts'
import { authenticate } from '../../../auth/authenticate.ts'
import type { App } from '../../../context.ts'
import { operationResource } from '../../../operations/operation-resource.ts'
import { unwrap } from '../../../refusal-error.ts'
import { bearer, jsonAnswer, problems } from '../operation.ts'
import { OperationPath, OperationResponse } from '../schemas.ts'

const route = createRoute({
  method: 'get',
  path: '/api/v1/operations/{operationId}',
  operationId: 'readOperation',
  summary: 'Read what has become of a request that is answered later',
  tags: ['operations'],
  security: bearer,
  request: { params: OperationPath },
  responses: { 200: jsonAnswer('The operation', OperationResponse), ...problems },
})

export const registerReadOperation = (app: App) =>
  app.openapi(route, async (c) => {
    const { tenantId, userId } = await authenticate(c)
    const { operationId } = c.req.valid('param')
    const row = await c.get('services').writer.operation(tenantId, operationId)
    // Somebody else's is none of the caller's.
    const own = row?.userId === userId ? row : unwrap(refuse('resource.not_found'))
    const resource = operationResource(c, operationId, own)
    if (resource.status === 'pending') c.header('Retry-After', '1')
    return c.json(resource, 200)
  })
