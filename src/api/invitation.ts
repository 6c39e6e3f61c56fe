import { refuse } from '#common/outcome.ts'
import type { Json } from '#common/json.ts'
import { openInvitation } from '#domain/user/commands/accept-invitation.ts'
import { invitationTokenHash, parseInvitationToken } from '#domain/user/invitation-token.ts'
import { passwordFaults } from '#domain/user/password-policy.ts'
import type { Receipt } from '#domain/writer/command.ts'
import { writeOnce } from './command-metadata.ts'
import type { AppContext } from './context.ts'
import { RefusalError, unwrap } from './refusal-error.ts'

/** The invitation a token stands for, whether or not it is still open. */
export async function findInvitation(c: AppContext, token: string) {
  const services = c.get('services')
  const { tenantId, userId } = parseInvitationToken(token) ?? unwrap(refuse('invitation.not_found'))
  const tokenHash = invitationTokenHash(services.cryptography, token)
  const [tenant, user] = await Promise.all([services.writer.tenant(tenantId), services.writer.user(tenantId, userId)])
  const minLength = tenant.state.status === 'none' ? 0 : tenant.state.settings.securityPolicy.passwordMinLength
  return {
    tenantId,
    userId,
    tokenHash,
    minLength,
    tenantName: tenant.state.status === 'none' ? '' : tenant.state.name,
    open: openInvitation(tenant.state, user.state, tokenHash, services.clock()),
  }
}

/**
 * Accepts an invitation and sets the first password. The token is checked before a hash is made, so that nobody without one
 * can make us compute hashes.
 * @throws RefusalError invitation.not_found, invitation.already_used, invitation.expired, validation.failed,
 *   auth.hashing_busy
 */
export async function acceptInvitation(
  c: AppContext,
  token: string,
  password: string,
  displayName: string | undefined,
): Promise<{ readonly tenantId: string; readonly tenantName: string; readonly receipt: Receipt }> {
  const services = c.get('services')
  const { tenantId, userId, tokenHash, minLength, tenantName, open } = await findInvitation(c, token)
  const proof = services.keyVault.ipIndex(password)
  const request: Json = { tokenHash, proof, displayName }
  const once = writeOnce(c, `user.accept_invitation/${userId}`, request)
  // With a key, "used already" may be this very request's first try: the writer knows.
  const mayBeRetry = once.metadata.replay !== undefined && !open.ok && open.error.code === 'invitation.already_used'
  if (!mayBeRetry) unwrap(open)
  const fields = passwordFaults(password, minLength)
  if (fields.length > 0) throw new RefusalError({ code: 'validation.failed', fields })
  const hashed = await services.passwords.hash(password)
  if (hashed.kind === 'busy') return unwrap(refuse('auth.hashing_busy', { retryAfter: 1 }))
  const { passwordHash } = hashed
  const receipt = unwrap(
    await services.writer.execute(
      tenantId,
      {
        type: 'user.accept_invitation',
        input: { tenantId, userId, tokenHash, passwordHash, ...(displayName !== undefined && { displayName }) },
      },
      { ...once.metadata, actor: { type: 'anonymous' } },
    ),
  )
  return { tenantId, tenantName, receipt }
}
