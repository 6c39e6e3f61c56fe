import { createRoute } from '@hono/zod-openapi'
import type { App } from '../../../context.ts'
import { acceptInvitation } from '../../../invitation.ts'
import { jsonAnswer, jsonBody, problems } from '../operation.ts'
import { userOfReceipt, writeHeaders } from '../resources.ts'
import { AcceptInvitationRequest, UserResponse } from '../schemas.ts'

const route = createRoute({
  method: 'post',
  path: '/api/v1/invitations/accept',
  operationId: 'acceptInvitation',
  summary: 'Accept an invitation and set the first password',
  tags: ['auth'],
  request: { body: jsonBody(AcceptInvitationRequest) },
  responses: { 200: jsonAnswer('The user, now active', UserResponse), ...problems },
})

export const registerAcceptInvitation = (app: App) =>
  app.openapi(route, async (c) => {
    const { token, password, displayName } = c.req.valid('json')
    const { tenantId, receipt } = await acceptInvitation(c, token, password, displayName)
    writeHeaders(c, tenantId, receipt)
    return c.json(userOfReceipt(receipt), 200)
  })
