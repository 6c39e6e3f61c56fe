import { z } from 'zod'
import { EmailAddress } from '#common/email.ts'
import { InvitationId, TenantId, UserId } from '#common/ids.ts'
import { defineEvent, type EventOf } from '../events/event-definition.ts'
import { Metadata } from '../tenant/tenant-types.ts'
import { DeactivationReason, DeactivationType, RegistrationSource, UserRole, UserStatus } from './user-types.ts'

const subject = { userId: UserId, tenantId: TenantId }

/** Seed lines 945–992. */
export const UserRegistered = defineEvent({
  type: 'user.registered',
  aggregate: 'user',
  version: '1.0.0',
  data: z.strictObject({ ...subject, role: UserRole, registrationSource: RegistrationSource }),
  personal: z.strictObject({ email: EmailAddress, displayName: z.string().optional(), metadata: Metadata.optional() }),
})

/** Only the SHA-256 of the invitation's token is kept (G-3). */
export const UserInvited = defineEvent({
  type: 'user.invited',
  aggregate: 'user',
  version: '1.0.0',
  data: z.strictObject({ ...subject, invitationId: InvitationId, tokenHash: z.string(), expiresAt: z.iso.datetime() }),
})

export const UserInvitationAccepted = defineEvent({
  type: 'user.invitation_accepted',
  aggregate: 'user',
  version: '1.0.0',
  data: z.strictObject({ ...subject, invitationId: InvitationId }),
  personal: z.strictObject({ displayName: z.string().optional() }),
})

/** That a password was set, and when; the hash itself is never in an event (G-3). */
export const UserPasswordSet = defineEvent({
  type: 'user.password_set',
  aggregate: 'user',
  version: '1.0.0',
  data: z.strictObject({ ...subject }),
})

export const USER_FIELDS = ['email', 'displayName', 'role', 'metadata'] as const

/** A field named in `updatedFields` without a value was cleared (G-34). */
export const UserProfileUpdated = defineEvent({
  type: 'user.profile_updated',
  aggregate: 'user',
  version: '1.0.0',
  data: z.strictObject({ ...subject, role: UserRole.optional(), updatedFields: z.array(z.enum(USER_FIELDS)).min(1) }),
  personal: z.strictObject({
    email: EmailAddress.optional(),
    displayName: z.string().optional(),
    metadata: Metadata.optional(),
  }),
})

/** `previousStatus` lets a count be kept without reading the user again (temporary may become permanent, G-39). */
export const UserDeactivated = defineEvent({
  type: 'user.deactivated',
  aggregate: 'user',
  version: '1.0.0',
  data: z.strictObject({
    ...subject,
    reason: DeactivationReason,
    deactivationType: DeactivationType,
    reactivationDate: z.iso.datetime().optional(),
    previousStatus: UserStatus,
  }),
})

export const UserReactivated = defineEvent({
  type: 'user.reactivated',
  aggregate: 'user',
  version: '1.0.0',
  data: z.strictObject({ ...subject, trigger: z.enum(['adminAction', 'reactivationDate']), status: UserStatus }),
})

export type UserEvent =
  | EventOf<typeof UserRegistered>
  | EventOf<typeof UserInvited>
  | EventOf<typeof UserInvitationAccepted>
  | EventOf<typeof UserPasswordSet>
  | EventOf<typeof UserProfileUpdated>
  | EventOf<typeof UserDeactivated>
  | EventOf<typeof UserReactivated>
