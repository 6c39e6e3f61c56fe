import { createRoute } from '@hono/zod-openapi'
import Bowser from 'bowser'
import { encodeUuid, SessionId, TenantId, UserId } from '#common/ids.ts'
import { normalizeEmail } from '#common/email.ts'
import { parseDuration } from '#common/duration.ts'
import { refuse } from '#common/outcome.ts'
import type { BeginLoginReply } from '#domain/auth/commands/begin-login.ts'
import type { CompleteLoginReply } from '#domain/auth/commands/complete-login.ts'
import type { LoginClient } from '#domain/auth/login-client.ts'
import { TenantSlug } from '#domain/tenant/tenant-types.ts'
import type { Actor } from '#domain/writer/command.ts'
import { newId } from '#domain/new-id.ts'
import { writeOnce } from '../../../command-metadata.ts'
import type { App, AppContext } from '../../../context.ts'
import { unwrap } from '../../../refusal-error.ts'
import { jsonAnswer, jsonBody, problems } from '../operation.ts'
import { asJson, userOfReceipt, writeHeaders } from '../resources.ts'
import { LoginRequest, LoginResponse } from '../schemas.ts'
import { idBytes } from '../tenants/create-tenant.route.ts'

const ANONYMOUS: Actor = { type: 'anonymous' }
/** No access token outlives an hour: a session is continued by signing in again. */
const MAX_TOKEN_LIFETIME = 3_600_000

const route = createRoute({
  method: 'post',
  path: '/api/v1/auth/login',
  operationId: 'login',
  summary: 'Sign in',
  tags: ['auth'],
  request: { body: jsonBody(LoginRequest) },
  responses: { 200: jsonAnswer('Signed in', LoginResponse), ...problems },
})

/** Two steps in the writer with the hash between them, outside: debit an attempt, check the password, begin the session. */
export const registerLogin = (app: App) =>
  app.openapi(route, async (c) => {
    const services = c.get('services')
    const { email, authMethod, credentials, tenant } = c.req.valid('json')
    if (authMethod !== 'password') unwrap(refuse('auth.invalid_auth_method'))
    const { password } = credentials
    const emailIndex = services.keyVault.emailIndex(normalizeEmail(email))
    const tenantId = await tenantOf(c, tenant, emailIndex)
    if (tenantId === undefined) {
      // Nobody of that address anywhere: costs what a wrong password costs.
      if ((await services.passwords.verifyDummy(password)) === 'busy')
        unwrap(refuse('auth.hashing_busy', { retryAfter: 1 }))
      return unwrap(refuse('auth.invalid_credentials'))
    }
    // The key stands for one password too, but neither it nor its hash may be kept with the record.
    const once = writeOnce(
      c,
      `auth.login/${tenantId}`,
      asJson({ email, authMethod, proof: services.keyVault.ipIndex(password) }),
    )
    const sessionId = SessionId.parse(`ses_${encodeUuid(idBytes(once.seed('session')))}`)
    const client = clientOf(c)
    const begun = unwrap(
      await services.writer.execute(
        tenantId,
        { type: 'auth.begin_login', input: { tenantId, emailIndex, sessionId, client } },
        { commandId: newId.command(), actor: ANONYMOUS, correlationId: c.get('correlationId') },
      ),
    ).reply as unknown as BeginLoginReply // what auth.begin_login replies
    if (begun.kind === 'locked') {
      const retryAfter = Math.max(1, Math.ceil((begun.retryAt - services.clock()) / 1_000))
      return unwrap(refuse('auth.too_many_attempts', { retryAfter, params: { seconds: retryAfter } }))
    }
    const check = await (begun.passwordHash === undefined
      ? services.passwords.verifyDummy(password)
      : services.passwords.verify(begun.passwordHash, password))
    if (check === 'busy') return unwrap(refuse('auth.hashing_busy', { retryAfter: 1 }))
    const verified = check === 'match'
    const rehashed =
      verified && begun.passwordHash && services.passwords.needsRehash(begun.passwordHash)
        ? await services.passwords.hash(password)
        : undefined
    const userId = begun.userId === undefined ? undefined : UserId.parse(begun.userId)
    const expiresAt = new Date(
      services.clock() + Math.min(MAX_TOKEN_LIFETIME, parseDuration(begun.sessionTimeout) ?? MAX_TOKEN_LIFETIME),
    )
    const issued = {
      expiresAt: expiresAt.toISOString(),
      token: verified && userId ? await services.tokens.issue({ tenantId, userId, sessionId }, expiresAt) : '',
    }
    const receipt = unwrap(
      await services.writer.execute(
        tenantId,
        {
          type: 'auth.complete_login',
          input: {
            tenantId,
            emailIndex,
            sessionId,
            client,
            verified,
            ...(userId && { userId }),
            ...(begun.sessionEpoch !== undefined && { sessionEpoch: begun.sessionEpoch }),
            ...(rehashed?.kind === 'hashed' && { rehashed: rehashed.passwordHash }),
          },
        },
        // Only a success is worth repeating: a failure must be counted each time.
        {
          ...(verified
            ? once.withSecret(issued)
            : { commandId: newId.command(), correlationId: c.get('correlationId') }),
          actor: ANONYMOUS,
        },
      ),
    )
    const reply = receipt.reply as unknown as CompleteLoginReply // what auth.complete_login replies
    if (reply.kind === 'failed') {
      return unwrap(refuse(reply.reason === 'ipNotAllowed' ? 'auth.ip_not_allowed' : 'auth.invalid_credentials'))
    }
    const answer = (once.secretOf(receipt, issued) ?? issued) as typeof issued // sealed from `issued`
    writeHeaders(c, tenantId, receipt)
    return c.json({ sessionId, user: userOfReceipt(receipt), ...answer }, 200)
  })

/** G-23: by host, else as named by body or header, else by the directory; undefined when nobody has the address. */
async function tenantOf(c: AppContext, named: string | undefined, emailIndex: string): Promise<TenantId | undefined> {
  const { directory } = c.get('services')
  const host = (c.req.header('host') ?? '').replace(/:\d+$/, '').toLowerCase()
  const name = named ?? c.req.header('x-tenant')
  const [byHost] =
    name === undefined && host.includes('.') && /[a-z]/.test(host) ? await directory.find('customDomain', host) : []
  if (byHost) return TenantId.parse(byHost.tenantId)
  if (name !== undefined) {
    const id = TenantId.safeParse(name)
    if (id.success) return id.data
    // What can be no slug is nobody's; some of it (U+0000) a database takes for a fault.
    const [bySlug] = TenantSlug.safeParse(name).success ? await directory.find('slug', name) : []
    return bySlug && TenantId.parse(bySlug.tenantId)
  }
  const entries = await directory.find('email', emailIndex)
  if (entries.length > 1) unwrap(refuse('tenant_required'))
  return entries[0] && TenantId.parse(entries[0].tenantId)
}

/** What the connection says of its client. A device may name itself in headers; all of it is personal and sealed. */
function clientOf(c: AppContext): LoginClient {
  const userAgent = (c.req.header('user-agent') ?? '').slice(0, 512)
  const deviceId = c.req.header('x-device-id')?.slice(0, 128)
  const appVersion = c.req.header('x-app-version')?.slice(0, 64)
  const ipAddress = c.get('clientAddress')
  return {
    deviceInfo: {
      userAgent,
      platform: (userAgent === '' ? '' : (Bowser.parse(userAgent).os.name ?? '')).slice(0, 64) || 'unknown',
      ...(deviceId !== undefined && { deviceId }),
      ...(appVersion !== undefined && { appVersion }),
    },
    ipAddress,
    ipIndex: c.get('services').keyVault.ipIndex(ipAddress),
    authMethod: 'password',
  }
}
