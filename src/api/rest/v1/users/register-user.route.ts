import { createRoute } from '@hono/zod-openapi'
import { encodeUuid, InvitationId, UserId } from '#common/ids.ts'
import { normalizeEmail } from '#common/email.ts'
import { refuse } from '#common/outcome.ts'
import { checkAllowed, runCommand } from '#domain/run-command.ts'
import type { Metadata } from '#domain/tenant/tenant-types.ts'
import { invitationTokenHash, makeInvitationToken } from '#domain/user/invitation-token.ts'
import { authenticate } from '../../../auth/authenticate.ts'
import { writeOnce } from '../../../command-metadata.ts'
import type { App, AppContext } from '../../../context.ts'
import { checkEmailDomain } from '../../../email-domains.ts'
import { invitationMail } from '../../../mail/invitation-mail.ts'
import { readTenant } from '../../../reads.ts'
import { publishNames } from '../../../publish-names.ts'
import { unwrap } from '../../../refusal-error.ts'
import { accepted, bearer, jsonAnswer, jsonBody, problems } from '../operation.ts'
import { asJson, userOfReceipt, writeHeaders } from '../resources.ts'
import { RegisterUserRequest, TenantPath, UserResponse } from '../schemas.ts'
import { idBytes, invitationAnswer } from '../tenants/create-tenant.route.ts'

const route = createRoute({
  method: 'post',
  path: '/api/v1/tenants/{tenantId}/users',
  operationId: 'registerUser',
  summary: 'Register a user and invite them',
  tags: ['users'],
  security: bearer,
  request: { params: TenantPath, body: jsonBody(RegisterUserRequest) },
  responses: { 201: jsonAnswer('Registered', UserResponse), ...accepted, ...problems },
})

export const registerRegisterUser = (app: App) =>
  app.openapi(route, async (c) => {
    const [services, decisions, language] = [c.get('services'), c.get('decisions'), c.get('language')]
    const principal = await authenticate(c)
    const { tenantId } = c.req.valid('param')
    const body = c.req.valid('json')
    const resource = { kind: 'tenant', tenantId, id: tenantId } as const
    // Before the tenant's name is read for the mail: how far its log is would show in a refused Consistency-Token.
    unwrap(await checkAllowed(decisions, principal, 'user.register', resource))
    checkEmailDomain(services, body.email, '/email', 'user.email_domain_not_allowed')
    const once = writeOnce(c, `user.register/${tenantId}`, asJson(body))
    const userId = UserId.parse(`usr_${encodeUuid(idBytes(once.seed('user')))}`)
    const invitationId = InvitationId.parse(`inv_${encodeUuid(idBytes(once.seed('invitation')))}`)
    const token = makeInvitationToken(
      tenantId,
      userId,
      services.cryptography.hkdf(once.seed('invitation-secret'), 'invitation'),
    )
    const emailIndex = services.keyVault.emailIndex(normalizeEmail(body.email))
    const { inviteDelivery, metadata, displayName, email, role } = body
    const receipt = unwrap(
      await runCommand(services.writer, decisions, {
        tenantId,
        principal,
        action: 'user.register',
        resource,
        metadata: once.withSecret({ token }),
        command: {
          type: 'user.register',
          input: {
            tenantId,
            userId,
            email,
            emailIndex,
            role,
            registrationSource: 'adminInvite',
            ...(displayName !== undefined && { displayName }),
            ...(metadata && { metadata: metadata as Metadata }), // has passed through JSON.parse
            invitation: { invitationId, tokenHash: invitationTokenHash(services.cryptography, token) },
            ...(inviteDelivery === 'email' && {
              mail: invitationMail({
                language,
                to: email,
                tenantName: await tenantName(c, tenantId),
                token,
                publicUrl: services.publicUrl,
                now: services.clock(),
                ...(displayName !== undefined && { displayName }),
              }),
            }),
          },
        },
      }),
    )
    await publishNames(
      services,
      [{ kind: 'email', key: emailIndex }],
      { tenantId, region: services.region },
      receipt.position,
    )
    writeHeaders(c, tenantId, receipt)
    c.header('Location', `/api/v1/tenants/${tenantId}/users/${userId}`)
    const user = userOfReceipt(receipt)
    const invitation = inviteDelivery === 'return' ? invitationAnswer(user, once.secretOf(receipt, { token })) : {}
    return c.json({ ...user, ...invitation }, 201)
  })

const tenantName = async (c: AppContext, tenantId: string): Promise<string> =>
  ((await readTenant(c, tenantId)).row ?? unwrap(refuse('resource.not_found'))).name
