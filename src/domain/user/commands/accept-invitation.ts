import type { InvitationId, TenantId, UserId } from '#common/ids.ts'
import { accept, refuse, type Outcome } from '#common/outcome.ts'
import { activeTenant, checkDisplayName } from '../../tenant/tenant-rules.ts'
import { initialTenant, type TenantState } from '../../tenant/tenant-state.ts'
import { defineCommand } from '../../writer/command.ts'
import { initialUser, type UserState } from '../user-state.ts'

export interface AcceptInvitationInput {
  readonly tenantId: TenantId
  readonly userId: UserId
  /** SHA-256 of the token the caller presented, in hex. */
  readonly tokenHash: string
  /** PHC string, made outside the writer. */
  readonly passwordHash: string
  readonly displayName?: string
}

/** Whether a token's hash opens an invitation now. Asked before the password is hashed, and again in the writer. */
export function openInvitation(
  tenant: TenantState,
  user: UserState,
  tokenHash: string,
  now: number,
): Outcome<Extract<UserState, { status: 'invited' }> & { readonly invitation: { readonly invitationId: string } }> {
  if (!activeTenant(tenant).ok || user.status === 'none') return refuse('invitation.not_found')
  if (user.acceptedTokenHash === tokenHash) return refuse('invitation.already_used')
  if (user.status !== 'invited' || user.invitation?.tokenHash !== tokenHash) return refuse('invitation.not_found')
  if (now >= Date.parse(user.invitation.expiresAt)) return refuse('invitation.expired')
  return accept({ ...user, invitation: user.invitation })
}

/** One use, 7 days (G-3). Sets the first password. */
export const acceptInvitation = defineCommand({
  type: 'user.accept_invitation',
  async load(input: AcceptInvitationInput, rows) {
    const [tenant, user] = await Promise.all([
      rows.read('tenant', input.tenantId),
      rows.read('user', input.userId),
      rows.read('roster', input.tenantId),
      rows.read('subjectKey', input.userId),
    ])
    return { tenant: tenant ?? initialTenant(), user: user ?? initialUser() }
  },
  decide(input, { tenant, user }, context) {
    const open = openInvitation(tenant, user, input.tokenHash, context.now)
    if (!open.ok) return open
    const name = input.displayName === undefined ? undefined : checkDisplayName(input.displayName)
    if (name && !name.ok) return name
    const { userId, tenantId } = input
    const invitationId = open.value.invitation.invitationId as InvitationId // written from an InvitationId
    return accept({
      aggregate: { type: 'user', id: userId },
      rows: [{ kind: 'credential', id: userId, value: { passwordHash: input.passwordHash } }],
      events: [
        {
          aggregateId: userId,
          event: {
            type: 'user.invitation_accepted',
            data: { userId, tenantId, invitationId },
            ...(name && { personal: { displayName: name.value } }),
          },
        },
        { aggregateId: userId, event: { type: 'user.password_set', data: { userId, tenantId } } },
      ],
    })
  },
})
