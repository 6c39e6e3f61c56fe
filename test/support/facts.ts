import { EmailAddress } from '#common/email.ts'
import type { SessionId, UserId } from '#common/ids.ts'
import { timestampOf } from '#domain/ports/clock.ts'
import type { Metadata, SubscriptionPlan, TenantSettings } from '#domain/tenant/tenant-types.ts'
import type { DeactivationType, UserRole } from '#domain/user/user-types.ts'
import type { Fact } from './given-when-then.ts'
import { ADMIN, client, invitationIdOf, settings, TENANT, tokenHashOf, userIdOf } from './subjects.ts'
import { START } from './tools.ts'

/** Things that have happened, in short. Users are numbered; the first is the admin. */

interface TenantFact {
  readonly plan?: SubscriptionPlan
  readonly settings?: TenantSettings
}

export const tenantCreated = ({ plan = 'free', settings: given = settings() }: TenantFact = {}): Fact => ({
  aggregateId: TENANT,
  subjectId: ADMIN,
  event: {
    type: 'tenant.created',
    data: { tenantId: TENANT, name: 'Acme', slug: 'acme', subscriptionPlan: plan, adminUserId: ADMIN, settings: given },
    personal: { adminEmail: EmailAddress.parse('Ada@Example.com') },
  },
})

export const tenantDescribed = (metadata: Metadata): Fact => ({
  aggregateId: TENANT,
  event: { type: 'tenant.updated', data: { tenantId: TENANT, updatedFields: ['metadata'] }, personal: { metadata } },
})

export const tenantDeleted = (): Fact => ({
  aggregateId: TENANT,
  event: {
    type: 'tenant.deleted',
    data: { tenantId: TENANT, deletionReason: 'inactive', dataRetentionPeriod: 'P90D' },
  },
})

export interface UserFact {
  readonly role?: UserRole
  readonly email?: string
  readonly displayName?: string
  readonly metadata?: Metadata
}

export const userInvited = (number: number, user: UserFact = {}): readonly Fact[] => {
  const { role = 'user', email = `user${number}@example.com`, ...personal } = user
  const subject = { userId: userIdOf(number), tenantId: TENANT }
  return [
    {
      aggregateId: subject.userId,
      event: {
        type: 'user.registered',
        data: { ...subject, role, registrationSource: 'adminInvite' },
        personal: { email: EmailAddress.parse(email), ...personal },
      },
    },
    {
      aggregateId: subject.userId,
      event: {
        type: 'user.invited',
        data: {
          ...subject,
          invitationId: invitationIdOf(number),
          tokenHash: tokenHashOf(number),
          expiresAt: timestampOf(START + 7 * 86_400_000),
        },
      },
    },
  ]
}

export const userActive = (number: number, user: UserFact = {}): readonly Fact[] => {
  const subject = { userId: userIdOf(number), tenantId: TENANT }
  return [
    ...userInvited(number, user),
    {
      aggregateId: subject.userId,
      event: { type: 'user.invitation_accepted', data: { ...subject, invitationId: invitationIdOf(number) } },
    },
    { aggregateId: subject.userId, event: { type: 'user.password_set', data: subject } },
  ]
}

export const userDeactivated = (
  number: number,
  deactivationType: DeactivationType,
  reactivationDate?: number,
): Fact => ({
  aggregateId: userIdOf(number),
  event: {
    type: 'user.deactivated',
    data: {
      userId: userIdOf(number),
      tenantId: TENANT,
      reason: 'adminAction',
      deactivationType,
      ...(reactivationDate !== undefined && { reactivationDate: timestampOf(reactivationDate) }),
      previousStatus: 'active',
    },
  },
})

export const signedIn = (sessionId: SessionId, userId: UserId): Fact => ({
  aggregateId: sessionId,
  subjectId: userId,
  event: {
    type: 'auth.login_succeeded',
    data: {
      sessionId,
      userId,
      tenantId: TENANT,
      loginTimestamp: timestampOf(START),
      authMethod: 'password',
      expiresAt: timestampOf(START + 86_400_000),
      sessionEpoch: 1,
    },
    personal: { deviceInfo: client().deviceInfo, ipAddress: client().ipAddress },
  },
})

/** A tenant on the free plan whose admin is active. */
export const tenantWithAdmin = (tenant: TenantFact = {}): readonly Fact[] => [
  tenantCreated(tenant),
  ...userActive(1, { role: 'admin', email: 'Ada@Example.com' }),
]
