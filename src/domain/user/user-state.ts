import { normalizeEmail } from '#common/email.ts'
import type { DomainEvent } from '../events/event-registry.ts'
import type { Metadata } from '../tenant/tenant-types.ts'
import type { DeactivationType, UserRole } from './user-types.ts'

export interface Invitation {
  readonly invitationId: string
  readonly tokenHash: string
  readonly expiresAt: string
}

export interface UserProfile {
  readonly userId: string
  readonly tenantId: string
  /** Empty once the person has been erased. */
  readonly email: string
  readonly displayName?: string
  readonly role: UserRole
  readonly metadata?: Metadata
  readonly createdAt: string
  readonly updatedAt: string
  readonly lastLogin?: string
  readonly emailChangedAt?: string
  readonly passwordSetAt?: string
  /** Hash of the invitation token that was used, so that its holder learns that it was. */
  readonly acceptedTokenHash?: string
  /** Raised by everything that must end all sessions: a session remembers the epoch it began in. */
  readonly sessionEpoch: number
}

export type UserState =
  | { readonly status: 'none' }
  | ({ readonly status: 'invited'; readonly invitation?: Invitation } & UserProfile)
  | ({ readonly status: 'active' } & UserProfile)
  | ({
      readonly status: 'deactivated'
      readonly deactivationType: DeactivationType
      readonly reactivationDate?: string
      readonly invitation?: Invitation
    } & UserProfile)

export const initialUser = (): UserState => ({ status: 'none' })

/** Applies one event to a user. Secondary events, such as a login, change what is known of the user but not its version. */
export function evolveUser(state: UserState, event: DomainEvent, timestamp: string): UserState {
  if (event.type === 'user.registered') {
    const { userId, tenantId, role } = event.data
    const { email = '', displayName, metadata } = event.personal ?? {}
    return {
      status: 'invited',
      userId,
      tenantId,
      email,
      role,
      ...(displayName !== undefined && { displayName }),
      ...(metadata !== undefined && { metadata }),
      createdAt: timestamp,
      updatedAt: timestamp,
      sessionEpoch: 0,
    }
  }
  if (state.status === 'none') return state
  switch (event.type) {
    case 'user.invited': {
      if (state.status !== 'invited') return state
      const { invitationId, tokenHash, expiresAt } = event.data
      return { ...state, invitation: { invitationId, tokenHash, expiresAt }, updatedAt: timestamp }
    }
    case 'user.invitation_accepted': {
      if (state.status !== 'invited') return state
      const { status: _status, invitation, ...profile } = state
      const displayName = event.personal?.displayName ?? profile.displayName
      return {
        ...profile,
        status: 'active',
        ...(displayName !== undefined && { displayName }),
        ...(invitation && { acceptedTokenHash: invitation.tokenHash }),
        updatedAt: timestamp,
      }
    }
    case 'user.password_set':
      return { ...state, passwordSetAt: timestamp, sessionEpoch: state.sessionEpoch + 1, updatedAt: timestamp }
    case 'user.profile_updated': {
      const { role, updatedFields } = event.data
      const changed = new Set(updatedFields)
      const { displayName: nameBefore, metadata: metadataBefore, ...rest } = state
      const { email = '', ...personal } = event.personal ?? {}
      // Another spelling is the same address, and does not begin the wait for the next change.
      const isOther = changed.has('email') && normalizeEmail(email) !== normalizeEmail(state.email)
      const displayName = changed.has('displayName') ? personal.displayName : nameBefore
      const metadata = changed.has('metadata') ? personal.metadata : metadataBefore
      return {
        ...rest,
        ...(changed.has('email') && { email }),
        ...(isOther && { emailChangedAt: timestamp }),
        ...(role !== undefined && { role }),
        ...(displayName !== undefined && { displayName }),
        ...(metadata !== undefined && { metadata }),
        updatedAt: timestamp,
      }
    }
    case 'user.deactivated': {
      const { deactivationType, reactivationDate } = event.data
      const { reactivationDate: _before, ...rest } = { reactivationDate: undefined, ...state }
      return {
        ...rest,
        status: 'deactivated',
        deactivationType,
        ...(reactivationDate !== undefined && { reactivationDate }),
        sessionEpoch: state.sessionEpoch + 1,
        updatedAt: timestamp,
      }
    }
    case 'user.reactivated': {
      if (state.status !== 'deactivated') return state
      const { deactivationType: _type, reactivationDate: _date, status: _status, invitation, ...profile } = state
      return event.data.status === 'invited'
        ? { ...profile, status: 'invited', ...(invitation && { invitation }), updatedAt: timestamp }
        : { ...profile, status: 'active', updatedAt: timestamp }
    }
    case 'auth.login_succeeded':
      return { ...state, lastLogin: timestamp }
    default:
      return state
  }
}
