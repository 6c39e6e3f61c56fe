import type { EmailAddress } from '#common/email.ts'
import type { InvitationId, TenantId, UserId } from '#common/ids.ts'
import { timestampOf } from '../ports/clock.ts'
import type { Mail } from '../ports/mailer.ts'
import type { Metadata } from '../tenant/tenant-types.ts'
import type { DecideContext, Decision } from '../writer/command.ts'
import { INVITATION_LIFETIME } from './user-rules.ts'
import type { RegistrationSource, UserRole } from './user-types.ts'

/** The invitation as the writer may know it: the token itself stays with its maker and the invited. */
export interface InvitationInput {
  readonly invitationId: InvitationId
  /** SHA-256 of the token, in hex. */
  readonly tokenHash: string
}

export interface InvitedUser {
  readonly tenantId: TenantId
  readonly userId: UserId
  readonly email: EmailAddress
  readonly emailIndex: string
  readonly role: UserRole
  readonly displayName?: string
  readonly metadata?: Metadata
  readonly registrationSource: RegistrationSource
  readonly invitation: InvitationInput
  readonly mail?: Mail
}

/** The decision that registers and invites a user whose rules have been checked: shared by tenant.create and user.register. */
export function inviteUser(user: InvitedUser, context: DecideContext): Decision {
  const { tenantId, userId, email, role, displayName, metadata, registrationSource, invitation, mail } = user
  return {
    events: [
      {
        aggregateId: userId,
        event: {
          type: 'user.registered',
          data: { userId, tenantId, role, registrationSource },
          personal: { email, ...(displayName !== undefined && { displayName }), ...(metadata && { metadata }) },
        },
      },
      {
        aggregateId: userId,
        event: {
          type: 'user.invited',
          data: {
            userId,
            tenantId,
            invitationId: invitation.invitationId,
            tokenHash: invitation.tokenHash,
            expiresAt: timestampOf(context.now + INVITATION_LIFETIME),
          },
        },
      },
    ],
    rows: [{ kind: 'email', id: user.emailIndex, value: { userId } }],
    ...(mail && { mails: [{ subjectId: userId, mail }] }),
    aggregate: { type: 'user', id: userId },
  }
}
