import type { UserState } from './user-state.ts'

/** Counts over a tenant's users, kept so that quota and last-admin rules read one row instead of every user. */
export interface RosterState {
  /** Users who hold a seat: all but the permanently deactivated. */
  readonly users: number
  /** Invited or active. */
  readonly activeUsers: number
  /** Active users with the admin role. */
  readonly activeAdmins: number
  /** Invited users with the admin role. */
  readonly invitedAdmins: number
}

export const initialRoster = (): RosterState => ({ users: 0, activeUsers: 0, activeAdmins: 0, invitedAdmins: 0 })

const holdsSeat = (user: UserState) =>
  user.status !== 'none' && !(user.status === 'deactivated' && user.deactivationType === 'permanent')
const isActive = (user: UserState) => user.status === 'active' || user.status === 'invited'
const isAdmin = (user: UserState, status: UserState['status']) =>
  user.status === status && user.status !== 'none' && user.role === 'admin'

/** The counts after one user went from `before` to `after`; the same object when nothing that is counted changed. */
export function evolveRoster(roster: RosterState, before: UserState, after: UserState): RosterState {
  const change = (counts: (user: UserState) => boolean) => Number(counts(after)) - Number(counts(before))
  const users = change(holdsSeat)
  const activeUsers = change(isActive)
  const activeAdmins = change((user) => isAdmin(user, 'active'))
  const invitedAdmins = change((user) => isAdmin(user, 'invited'))
  if (users === 0 && activeUsers === 0 && activeAdmins === 0 && invitedAdmins === 0) return roster
  return {
    users: roster.users + users,
    activeUsers: roster.activeUsers + activeUsers,
    activeAdmins: roster.activeAdmins + activeAdmins,
    invitedAdmins: roster.invitedAdmins + invitedAdmins,
  }
}
