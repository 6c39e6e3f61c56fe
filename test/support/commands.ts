import { EmailAddress } from '#common/email.ts'
import type { TenantId, UserId } from '#common/ids.ts'
import { newId } from '#domain/new-id.ts'
import type { TenantSettings } from '#domain/tenant/tenant-types.ts'
import type { Command, CommandMetadata } from '#domain/writer/command.ts'
import { testVault } from './writer-tools.ts'

const invitation = () => ({ invitationId: newId.invitation(), tokenHash: newId.request() })

export const settings = (changes: Partial<TenantSettings> = {}): TenantSettings => ({
  allowedAuthMethods: ['password'],
  maxUsers: 1_000,
  features: [],
  securityPolicy: {
    passwordMinLength: 8,
    requireMfa: false,
    maxLoginAttempts: 5,
    sessionTimeout: 'PT1H',
    allowedIpRanges: [],
  },
  ...changes,
})

export const createTenant = (tenantId: TenantId, changes: Partial<TenantSettings> = {}): Command => ({
  type: 'tenant.create',
  input: {
    tenantId,
    name: 'Orchard Ltd',
    slug: `orchard-${tenantId.slice(-8)}`,
    subscriptionPlan: 'free',
    adminUserId: newId.user(),
    adminEmail: EmailAddress.parse('admin@orchard.example'),
    adminEmailIndex: testVault.emailIndex('admin@orchard.example'),
    settings: settings(changes),
    invitation: invitation(),
  },
})

export const registerUser = (tenantId: TenantId, email: string, userId: UserId = newId.user()): Command => ({
  type: 'user.register',
  input: {
    tenantId,
    userId,
    email: EmailAddress.parse(email),
    emailIndex: testVault.emailIndex(email),
    role: 'user',
    registrationSource: 'adminInvite',
    invitation: invitation(),
  },
})

export const beginLogin = (tenantId: TenantId, email: string, ipAddress = '192.0.2.7'): Command => ({
  type: 'auth.begin_login',
  input: {
    tenantId,
    emailIndex: testVault.emailIndex(email),
    sessionId: newId.session(),
    client: {
      deviceInfo: { userAgent: 'test', platform: 'test' },
      ipAddress,
      ipIndex: testVault.ipIndex(ipAddress),
      authMethod: 'password',
    },
  },
})

export const bySystem = (changes: Partial<CommandMetadata> = {}): CommandMetadata => ({
  commandId: newId.command(),
  actor: { type: 'system' },
  correlationId: newId.request(),
  ...changes,
})
