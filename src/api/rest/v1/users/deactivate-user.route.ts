import { createRoute } from '@hono/zod-openapi'
import { runCommand } from '#domain/run-command.ts'
import { authenticate } from '../../../auth/authenticate.ts'
import { writeOnce } from '../../../command-metadata.ts'
import type { App } from '../../../context.ts'
import { unwrap } from '../../../refusal-error.ts'
import { accepted, bearer, jsonAnswer, jsonBody, problems } from '../operation.ts'
import { asJson, userOfReceipt, writeHeaders } from '../resources.ts'
import { DeactivateUserRequest, UserPath, UserResponse } from '../schemas.ts'

const route = createRoute({
  method: 'post',
  path: '/api/v1/tenants/{tenantId}/users/{userId}/deactivate',
  operationId: 'deactivateUser',
  summary: 'Deactivate a user: all their sessions end at once',
  tags: ['users'],
  security: bearer,
  request: { params: UserPath, body: jsonBody(DeactivateUserRequest) },
  responses: { 200: jsonAnswer('The user after the change', UserResponse), ...accepted, ...problems },
})

export const registerDeactivateUser = (app: App) =>
  app.openapi(route, async (c) => {
    const [services, decisions] = [c.get('services'), c.get('decisions')]
    const principal = await authenticate(c)
    const { tenantId, userId } = c.req.valid('param')
    const { reason, deactivationType, reactivationDate } = c.req.valid('json')
    const receipt = unwrap(
      await runCommand(services.writer, decisions, {
        tenantId,
        principal,
        action: 'user.deactivate',
        resource: { kind: 'user', tenantId, id: userId },
        metadata: writeOnce(c, `user.deactivate/${userId}`, asJson({ reason, deactivationType, reactivationDate }))
          .metadata,
        command: {
          type: 'user.deactivate',
          input: {
            tenantId,
            userId,
            reason,
            deactivationType,
            ...(reactivationDate !== undefined && { reactivationDate }),
          },
        },
      }),
    )
    services.sessions.clear()
    writeHeaders(c, tenantId, receipt)
    return c.json(userOfReceipt(receipt), 200)
  })
