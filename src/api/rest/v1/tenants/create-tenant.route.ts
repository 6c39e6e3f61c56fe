import { createRoute } from '@hono/zod-openapi'
import { encodeUuid, idSuffix, PLATFORM_TENANT_ID, TenantId, UserId, InvitationId } from '#common/ids.ts'
import { normalizeEmail } from '#common/email.ts'
import { refuse } from '#common/outcome.ts'
import { claimName } from '#domain/directory/claim-name.ts'
import { timestampOf } from '#domain/ports/clock.ts'
import { checkAllowed, runCommand } from '#domain/run-command.ts'
import type { Metadata } from '#domain/tenant/tenant-types.ts'
import { invitationTokenHash, makeInvitationToken } from '#domain/user/invitation-token.ts'
import { INVITATION_LIFETIME } from '#domain/user/user-rules.ts'
import { authenticate } from '../../../auth/authenticate.ts'
import { writeOnce } from '../../../command-metadata.ts'
import type { App } from '../../../context.ts'
import { invitationMail } from '../../../mail/invitation-mail.ts'
import { checkEmailDomain } from '../../../email-domains.ts'
import { publishNames } from '../../../publish-names.ts'
import { RefusalError, unwrap } from '../../../refusal-error.ts'
import { accepted, bearer, jsonAnswer, jsonBody, problems } from '../operation.ts'
import { asJson, tenantOfReceipt, writeHeaders } from '../resources.ts'
import { CreateTenantRequest, TenantResponse } from '../schemas.ts'

const ROUTE = 'tenant.create'

const route = createRoute({
  method: 'post',
  path: '/api/v1/tenants',
  operationId: 'createTenant',
  summary: 'Create a tenant, its first admin and the admin’s invitation',
  tags: ['tenants'],
  security: bearer,
  request: { body: jsonBody(CreateTenantRequest) },
  responses: { 201: jsonAnswer('Created', TenantResponse), ...accepted, ...problems },
})

/**
 * A saga: reserve the names, create in the tenant's own writer, then make the names permanent. The ids follow from the
 * idempotency key, so a retry goes on where the first try stopped; a refusal gives the names back. Whatever comes between
 * commit and names, the projector makes them permanent when it follows the log.
 */
export const registerCreateTenant = (app: App) =>
  app.openapi(route, async (c) => {
    const [services, decisions, language] = [c.get('services'), c.get('decisions'), c.get('language')]
    const principal = await authenticate(c)
    const directoryResource = { kind: 'tenantDirectory', tenantId: PLATFORM_TENANT_ID, id: PLATFORM_TENANT_ID } as const
    unwrap(await checkAllowed(decisions, principal, 'tenant.create', directoryResource))
    const body = c.req.valid('json')
    checkEmailDomain(services, body.adminEmail, '/adminEmail', 'tenant.invalid_email_domain')
    const once = writeOnce(c, ROUTE, asJson(body))
    const tenantId = TenantId.parse(`ten_${encodeUuid(idBytes(once.seed('tenant')))}`)
    const adminUserId = UserId.parse(`usr_${encodeUuid(idBytes(once.seed('user')))}`)
    const invitationId = InvitationId.parse(`inv_${encodeUuid(idBytes(once.seed('invitation')))}`)
    const secret = services.cryptography.hkdf(once.seed('invitation-secret'), 'invitation')
    const token = makeInvitationToken(tenantId, adminUserId, secret)
    const slug = body.slug ?? `${slugOf(body.name)}-${idSuffix(tenantId).slice(-6)}`
    const entry = { tenantId, region: services.region }

    const names = [{ kind: 'slug', key: slug } as const, ...domainOf(body.settings.customDomain)]
    for (const { kind, key } of names) {
      if (await claimName(services, kind, key, entry)) continue
      unwrap(refuse(kind === 'slug' ? 'tenant.slug_taken' : 'tenant.custom_domain_taken', { params: { name: key } }))
    }
    const { inviteDelivery, metadata, ...input } = body
    const adminEmailIndex = services.keyVault.emailIndex(normalizeEmail(body.adminEmail))
    const outcome = await runCommand(services.writer, decisions, {
      tenantId,
      principal,
      action: 'tenant.create',
      resource: directoryResource,
      metadata: once.withSecret({ token }),
      command: {
        type: 'tenant.create',
        input: {
          ...input,
          tenantId,
          slug,
          adminUserId,
          adminEmailIndex,
          ...(metadata && { metadata: metadata as Metadata }), // has passed through JSON.parse
          invitation: { invitationId, tokenHash: invitationTokenHash(services.cryptography, token) },
          ...(inviteDelivery === 'email' && {
            mail: invitationMail({
              language,
              to: body.adminEmail,
              tenantName: body.name,
              token,
              publicUrl: services.publicUrl,
              now: services.clock(),
            }),
          }),
        },
      },
    })
    if (!outcome.ok) {
      const exists = outcome.error.code === 'tenant.already_exists' || outcome.error.code === 'idempotency.key_reused'
      if (!exists) await Promise.all(names.map(({ kind, key }) => services.directory.release(kind, key, tenantId)))
      throw new RefusalError(outcome.error)
    }
    await publishNames(services, [...names, { kind: 'email', key: adminEmailIndex }], entry, outcome.value.position)
    writeHeaders(c, tenantId, outcome.value)
    c.header('Location', `/api/v1/tenants/${tenantId}`)
    const tenant = tenantOfReceipt(outcome.value)
    const invitation =
      inviteDelivery === 'return' ? invitationAnswer(tenant, once.secretOf(outcome.value, { token })) : {}
    return c.json({ ...tenant, ...invitation }, 201)
  })

/** The invitation as its maker may see it: the token, and when it ends. Made when the invited was, so a retry reads alike. */
export function invitationAnswer({ createdAt }: { readonly createdAt: string }, secret: unknown) {
  const token = typeof secret === 'object' && secret !== null && 'token' in secret ? secret.token : undefined
  if (typeof token !== 'string') return {}
  return { invitation: { token, expiresAt: timestampOf(Date.parse(createdAt) + INVITATION_LIFETIME) } }
}

const domainOf = (customDomain: string | undefined) =>
  customDomain === undefined ? [] : [{ kind: 'customDomain', key: customDomain } as const]

/** 128 bits as the base32 form of an id wants them: the first character holds three bits. */
export const idBytes = (seed: Uint8Array): Uint8Array => seed.subarray(0, 16)

/** A slug made of a name: letters and digits of the ASCII range, hyphens between. */
const slugOf = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40)
    .replaceAll(/-+$/g, '') || 'tenant'
