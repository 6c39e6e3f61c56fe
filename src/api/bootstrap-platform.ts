import { EmailAddress, normalizeEmail } from '#common/email.ts'
import { PLATFORM_TENANT_ID, UserId } from '#common/ids.ts'
import { newId } from '#domain/new-id.ts'
import { TenantSettings } from '#domain/tenant/tenant-types.ts'
import { unwrap } from './refusal-error.ts'
import type { Services } from './services.ts'

const SLUG = 'platform'

/**
 * Makes the platform tenant and its SYSTEM_ADMIN, once (G-8): the first admin of the reserved tenant. Does nothing when
 * it is there already, so a changed password in the configuration changes nothing.
 */
export async function bootstrapPlatform(services: Services): Promise<'created' | 'present'> {
  const { bootstrap, writer, keyVault, directory, passwords, region } = services
  const { state } = await writer.tenant(PLATFORM_TENANT_ID)
  const adminEmail = bootstrap && EmailAddress.parse(bootstrap.adminEmail)
  if (!bootstrap || !adminEmail) return 'present'
  const emailIndex = keyVault.emailIndex(normalizeEmail(adminEmail))
  const system = { actor: { type: 'system' }, correlationId: 'bootstrap' } as const
  if (state.status === 'none') {
    const settings = TenantSettings.parse({ allowedAuthMethods: ['password'], maxUsers: 1_000, securityPolicy: {} })
    const created = await writer.execute(
      PLATFORM_TENANT_ID,
      {
        type: 'tenant.create',
        input: {
          tenantId: PLATFORM_TENANT_ID,
          name: 'ACCI Platform',
          slug: SLUG,
          subscriptionPlan: 'free',
          adminUserId: newId.user(),
          adminEmail,
          adminEmailIndex: emailIndex,
          settings,
          // Nobody is mailed: the invitation is opened just below with the configured password.
          invitation: { invitationId: newId.invitation(), tokenHash: bootstrapTokenHash(services) },
        },
      },
      { ...system, commandId: newId.command() },
    )
    // Another replica may have been faster; then its admin is the admin.
    if (!created.ok && created.error.code !== 'tenant.already_exists') unwrap(created)
  }
  const platform = await writer.tenant(PLATFORM_TENANT_ID)
  if (platform.state.status !== 'active') return 'present'
  const { adminUserId } = platform.state
  const admin = await writer.user(PLATFORM_TENANT_ID, adminUserId)
  if (admin.state.status !== 'invited') return 'present'
  // Before the admin is made active: a start that ends in between finds them still invited, and does all of this again.
  const entry = { tenantId: PLATFORM_TENANT_ID, region }
  await directory.reserve('slug', SLUG, entry, 60_000)
  await directory.confirm('slug', SLUG, entry, platform.position)
  await directory.confirm('email', emailIndex, entry, platform.position)
  const hashed = await passwords.hash(bootstrap.adminPassword)
  if (hashed.kind === 'busy') throw new Error('the password hasher is busy at start')
  await writer.execute(
    PLATFORM_TENANT_ID,
    {
      type: 'user.accept_invitation',
      input: {
        tenantId: PLATFORM_TENANT_ID,
        userId: UserId.parse(adminUserId),
        tokenHash: bootstrapTokenHash(services),
        passwordHash: hashed.passwordHash,
      },
    },
    { ...system, commandId: newId.command() },
  )
  return 'created'
}

/** The hash of an invitation that only this deployment can open: it follows from the master key, and no token has it. */
const bootstrapTokenHash = ({ cryptography, keyVault }: Services): string =>
  cryptography.sha256Hex(keyVault.emailIndex('bootstrap/platform'))
