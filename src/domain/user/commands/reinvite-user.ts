import type { TenantId, UserId } from '#common/ids.ts'
import { accept, refuse } from '#common/outcome.ts'
import { timestampOf } from '../../ports/clock.ts'
import type { Mail } from '../../ports/mailer.ts'
import { activeTenant } from '../../tenant/tenant-rules.ts'
import { initialTenant } from '../../tenant/tenant-state.ts'
import { defineCommand } from '../../writer/command.ts'
import type { InvitationInput } from '../invite-user.ts'
import { INVITATION_LIFETIME } from '../user-rules.ts'
import { initialUser } from '../user-state.ts'

export interface ReinviteUserInput {
  readonly tenantId: TenantId
  readonly userId: UserId
  readonly invitation: InvitationInput
  readonly mail?: Mail
}

/** Invites somebody again who has not accepted yet: for 7 days from now, and the token they had opens nothing any more. */
export const reinviteUser = defineCommand({
  type: 'user.reinvite',
  target: (input: ReinviteUserInput) => ({ type: 'user', id: input.userId }),
  async load(input: ReinviteUserInput, rows) {
    const [tenant, user] = await Promise.all([
      rows.read('tenant', input.tenantId),
      rows.read('user', input.userId),
      rows.read('roster', input.tenantId),
      rows.read('subjectKey', input.userId),
    ])
    return { tenant: tenant ?? initialTenant(), user: user ?? initialUser() }
  },
  decide(input, { tenant, user }, context) {
    const active = activeTenant(tenant)
    if (!active.ok) return active
    if (user.status === 'none') return refuse('resource.not_found')
    if (user.status === 'deactivated') return refuse('user.deactivated')
    if (user.status === 'active') return refuse('invitation.already_used')
    const { tenantId, userId, invitation, mail } = input
    return accept({
      aggregate: { type: 'user', id: userId },
      ...(mail && { mails: [{ subjectId: userId, mail }] }),
      events: [
        {
          aggregateId: userId,
          event: {
            type: 'user.invited',
            data: { userId, tenantId, ...invitation, expiresAt: timestampOf(context.now + INVITATION_LIFETIME) },
          },
        },
      ],
    })
  },
})
