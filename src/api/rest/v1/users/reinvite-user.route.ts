import { createRoute } from '@hono/zod-openapi'
import { EmailAddress } from '#common/email.ts'
import { encodeUuid, InvitationId } from '#common/ids.ts'
import { refuse, type Outcome } from '#common/outcome.ts'
import { checkAllowed, runCommand } from '#domain/run-command.ts'
import { invitationTokenHash, makeInvitationToken } from '#domain/user/invitation-token.ts'
import type { Receipt } from '#domain/writer/command.ts'
import { authenticate } from '../../../auth/authenticate.ts'
import { writeOnce } from '../../../command-metadata.ts'
import type { App } from '../../../context.ts'
import { invitationMail } from '../../../mail/invitation-mail.ts'
import { unwrap } from '../../../refusal-error.ts'
import { accepted, bearer, jsonAnswer, jsonBody, problems } from '../operation.ts'
import { asJson, userOfReceipt, writeHeaders } from '../resources.ts'
import { ReinviteUserRequest, UserPath, UserResponse } from '../schemas.ts'
import { idBytes, invitationAnswer } from '../tenants/create-tenant.route.ts'
import { isOwnConflict } from '../tenants/update-tenant.route.ts'

/** Times the mail is addressed anew because the user changed between reading and writing. */
const MAX_TRIES = 5

const route = createRoute({
  method: 'post',
  path: '/api/v1/tenants/{tenantId}/users/{userId}/invitations',
  operationId: 'reinviteUser',
  summary: 'Invite a user again who has not accepted yet; the invitation before it ends',
  tags: ['users'],
  security: bearer,
  request: { params: UserPath, body: jsonBody(ReinviteUserRequest) },
  responses: { 200: jsonAnswer('The user, invited again', UserResponse), ...accepted, ...problems },
})

export const registerReinviteUser = (app: App) =>
  app.openapi(route, async (c) => {
    const [services, decisions, language] = [c.get('services'), c.get('decisions'), c.get('language')]
    const principal = await authenticate(c)
    const { tenantId, userId } = c.req.valid('param')
    const { delivery } = c.req.valid('json')
    const resource = { kind: 'user', tenantId, id: userId } as const
    // Before anything is read of the tenant: what a refusal says must not depend on it.
    unwrap(await checkAllowed(decisions, principal, 'user.reinvite', resource))
    const once = writeOnce(c, `user.reinvite/${userId}`, asJson({ delivery }))
    const invitationId = InvitationId.parse(`inv_${encodeUuid(idBytes(once.seed('invitation')))}`)
    const secret = services.cryptography.hkdf(once.seed('invitation-secret'), 'invitation')
    const token = makeInvitationToken(tenantId, userId, secret)
    const metadata = once.withSecret({ token })

    const attempt = async (): Promise<Outcome<Receipt>> => {
      const [tenant, { state, version }] = await Promise.all([
        services.writer.tenant(tenantId),
        services.writer.user(tenantId, userId),
      ])
      if (tenant.state.status === 'none' || state.status === 'none') return refuse('resource.not_found')
      const { displayName } = state
      return runCommand(services.writer, decisions, {
        tenantId,
        principal,
        action: 'user.reinvite',
        resource,
        // The mail goes to the address the user has at that version, and to no earlier one.
        metadata: { ...metadata, expectedVersion: metadata.expectedVersion ?? version },
        command: {
          type: 'user.reinvite',
          input: {
            tenantId,
            userId,
            invitation: { invitationId, tokenHash: invitationTokenHash(services.cryptography, token) },
            ...(delivery === 'email' && {
              mail: invitationMail({
                language,
                to: EmailAddress.parse(state.email),
                tenantName: tenant.state.name,
                token,
                publicUrl: services.publicUrl,
                now: services.clock(),
                ...(displayName !== undefined && { displayName }),
              }),
            }),
          },
        },
      })
    }

    let outcome = await attempt()
    for (let tries = 1; tries < MAX_TRIES && isOwnConflict(outcome, metadata.expectedVersion); tries++)
      outcome = await attempt()
    const receipt = unwrap(outcome)
    writeHeaders(c, tenantId, receipt)
    const user = userOfReceipt(receipt)
    // The invitation is what changed the user last.
    const made = { createdAt: user.updatedAt }
    const invitation = delivery === 'return' ? invitationAnswer(made, once.secretOf(receipt, { token })) : {}
    return c.json({ ...user, ...invitation }, 200)
  })
