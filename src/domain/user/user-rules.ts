import { accept, refuse, refuseField, type Outcome } from '#common/outcome.ts'
import { planOf } from '../tenant/plans.ts'
import type { TenantProfile } from '../tenant/tenant-state.ts'
import { evolveRoster, type RosterState } from './roster-state.ts'
import type { UserState } from './user-state.ts'
import type { UserRole } from './user-types.ts'

export const DAY = 86_400_000

/** An invitation may be accepted for 7 days (G-3). */
export const INVITATION_LIFETIME = 7 * DAY

/** An address may be changed once in 30 days (G-37). */
export const EMAIL_CHANGE_COOLDOWN = 30 * DAY

/** A temporary deactivation lasts from an hour to a year (G-37). */
export const REACTIVATION_AHEAD = { min: 3_600_000, max: 365 * DAY } as const

export const checkRole = (role: UserRole): Outcome<UserRole> =>
  // A custom role must exist in the tenant (G-37), and none can be defined yet.
  typeof role === 'string' ? accept(role) : refuseField('/role', 'user.invalid_role', { role: role.custom })

/** Room for one more seat under the tighter of the tenant's own cap and the plan's (G-13). */
export function checkQuota(
  roster: RosterState,
  tenant: Pick<TenantProfile, 'settings' | 'subscriptionPlan'>,
): Outcome<true> {
  const max = Math.min(tenant.settings.maxUsers, planOf(tenant.subscriptionPlan).maxUsers)
  return roster.users >= max ? refuse('user.quota_exceeded', { params: { max } }) : accept(true)
}

/** A tenant keeps an admin who can sign in, once it has one; before that it keeps the invited one. */
export function checkKeepsAdmin(roster: RosterState, before: UserState, after: UserState): Outcome<true> {
  const next = evolveRoster(roster, before, after)
  const lost =
    roster.activeAdmins > 0
      ? next.activeAdmins === 0
      : roster.invitedAdmins > 0 && next.activeAdmins + next.invitedAdmins === 0
  return lost ? refuse('user.last_admin') : accept(true)
}
