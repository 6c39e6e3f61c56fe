import { createRoute } from '@hono/zod-openapi'
import { refuse } from '#common/outcome.ts'
import { openInvitation } from '#domain/user/commands/accept-invitation.ts'
import { invitationTokenHash, parseInvitationToken } from '#domain/user/invitation-token.ts'
import { passwordFaults } from '#domain/user/password-policy.ts'
import { writeOnce } from '../../../command-metadata.ts'
import type { App } from '../../../context.ts'
import { RefusalError, unwrap } from '../../../refusal-error.ts'
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

/** The token is checked before a hash is made, so that nobody without one can make us compute hashes. */
export const registerAcceptInvitation = (app: App) =>
  app.openapi(route, async (c) => {
    const { services } = c.var
    const { token, password, displayName } = c.req.valid('json')
    const named = parseInvitationToken(token) ?? unwrap(refuse('invitation.not_found'))
    const { tenantId, userId } = named
    const tokenHash = invitationTokenHash(services.cryptography, token)
    const proof = services.keyVault.ipIndex(password)
    const once = writeOnce(c, `user.accept_invitation/${userId}`, { tokenHash, proof, displayName })
    const [tenant, user] = await Promise.all([services.writer.tenant(tenantId), services.writer.user(tenantId, userId)])
    const open = openInvitation(tenant.state, user.state, tokenHash, services.clock())
    // With a key, "used already" may be this very request's first try: the writer knows.
    const mayBeRetry = once.metadata.replay !== undefined && !open.ok && open.error.code === 'invitation.already_used'
    if (!mayBeRetry) unwrap(open)
    const minLength = tenant.state.status === 'none' ? 0 : tenant.state.settings.securityPolicy.passwordMinLength
    const fields = passwordFaults(password, minLength)
    if (fields.length > 0) throw new RefusalError({ code: 'validation.failed', fields })
    const hashed = await services.passwords.hash(password)
    if (hashed.kind === 'busy') return unwrap(refuse('auth.hashing_busy', { retryAfter: 1 }))
    const receipt = unwrap(
      await services.writer.execute(
        tenantId,
        {
          type: 'user.accept_invitation',
          input: {
            tenantId,
            userId,
            tokenHash,
            passwordHash: hashed.passwordHash,
            ...(displayName !== undefined && { displayName }),
          },
        },
        { ...once.metadata, actor: { type: 'anonymous' } },
      ),
    )
    writeHeaders(c, tenantId, receipt)
    return c.json(userOfReceipt(receipt), 200)
  })
