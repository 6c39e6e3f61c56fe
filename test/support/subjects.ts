import { EmailAddress, normalizeEmail } from '#common/email.ts'
import { encodeUuid, InvitationId, SessionId, TenantId, UserId } from '#common/ids.ts'
import type { LoginClient } from '#domain/auth/login-client.ts'
import type { CreateTenantInput } from '#domain/tenant/commands/create-tenant.ts'
import { TenantSettings } from '#domain/tenant/tenant-types.ts'
import type { RegisterUserInput } from '#domain/user/commands/register-user.ts'

const suffix = (number: number): string => {
  const bytes = new Uint8Array(16)
  new DataView(bytes.buffer).setUint32(12, number)
  return encodeUuid(bytes)
}

/** The n-th id of its kind: the same in every run. */
export const tenantIdOf = (number: number) => TenantId.parse(`ten_${suffix(number)}`)
export const userIdOf = (number: number) => UserId.parse(`usr_${suffix(number)}`)
export const sessionIdOf = (number: number) => SessionId.parse(`ses_${suffix(number)}`)
export const invitationIdOf = (number: number) => InvitationId.parse(`inv_${suffix(number)}`)

export const TENANT = tenantIdOf(1)
export const ADMIN = userIdOf(1)

/** Stands in for the keyed hash of an address. */
export const emailIndexOf = (email: string): string => `index(${normalizeEmail(email)})`

/** Hash of the token of the n-th user's invitation. */
export const tokenHashOf = (number: number): string => number.toString(16).padStart(64, '0')

export const settings = (change: object = {}): TenantSettings =>
  TenantSettings.parse({ allowedAuthMethods: ['password'], maxUsers: 100, securityPolicy: {}, ...change })

export const createInput = (change: Partial<CreateTenantInput> = {}): CreateTenantInput => {
  const adminEmail = change.adminEmail ?? EmailAddress.parse('Ada@Example.com')
  return {
    tenantId: TENANT,
    name: 'Acme',
    slug: 'acme',
    subscriptionPlan: 'free',
    adminUserId: ADMIN,
    adminEmail,
    adminEmailIndex: emailIndexOf(adminEmail),
    settings: settings(),
    invitation: { invitationId: invitationIdOf(1), tokenHash: tokenHashOf(1) },
    ...change,
  }
}

/** The n-th user of the tenant; the first one is its admin. */
export const registerInput = (number: number, change: Partial<RegisterUserInput> = {}): RegisterUserInput => {
  const email = change.email ?? EmailAddress.parse(`user${number}@example.com`)
  return {
    tenantId: TENANT,
    userId: userIdOf(number),
    email,
    emailIndex: emailIndexOf(email),
    role: 'user',
    registrationSource: 'adminInvite',
    invitation: { invitationId: invitationIdOf(number), tokenHash: tokenHashOf(number) },
    ...change,
  }
}

export const client = (ipAddress = '192.0.2.7'): LoginClient => ({
  deviceInfo: { userAgent: 'curl/8', platform: 'linux' },
  ipAddress,
  ipIndex: `index(${ipAddress})`,
  authMethod: 'password',
})
