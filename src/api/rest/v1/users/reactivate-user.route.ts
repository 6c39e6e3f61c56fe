import { createRoute } from '@hono/zod-openapi'
import { runCommand } from '#domain/run-command.ts'
import { authenticate } from '../../../auth/authenticate.ts'
import { writeOnce } from '../../../command-metadata.ts'
import type { App } from '../../../context.ts'
import { unwrap } from '../../../refusal-error.ts'
import { accepted, bearer, jsonAnswer, problems } from '../operation.ts'
import { userOfReceipt, writeHeaders } from '../resources.ts'
import { UserPath, UserResponse } from '../schemas.ts'

const route = createRoute({
  method: 'post',
  path: '/api/v1/tenants/{tenantId}/users/{userId}/reactivate',
  operationId: 'reactivateUser',
  summary: 'End a temporary deactivation',
  tags: ['users'],
  security: bearer,
  request: { params: UserPath },
  responses: { 200: jsonAnswer('The user after the change', UserResponse), ...accepted, ...problems },
})

export const registerReactivateUser = (app: App) =>
  app.openapi(route, async (c) => {
    const [services, decisions] = [c.get('services'), c.get('decisions')]
    const principal = await authenticate(c)
    const { tenantId, userId } = c.req.valid('param')
    const receipt = unwrap(
      await runCommand(services.writer, decisions, {
        tenantId,
        principal,
        action: 'user.reactivate',
        resource: { kind: 'user', tenantId, id: userId },
        metadata: writeOnce(c, `user.reactivate/${userId}`, {}).metadata,
        command: { type: 'user.reactivate', input: { tenantId, userId, trigger: 'adminAction' } },
      }),
    )
    services.sessions.clear()
    writeHeaders(c, tenantId, receipt)
    return c.json(userOfReceipt(receipt), 200)
  })
