import { defineView, type Recorded, type ViewRow } from '../../projection/view.ts'
import type { Metadata } from '../../tenant/tenant-types.ts'
import type { UserState } from '../user-state.ts'
import type { UserRole, UserStatus } from '../user-types.ts'

/** Seed line 2197; metadata added (G-6). */
export interface UserProfileView extends ViewRow {
  readonly email: string
  readonly displayName?: string
  readonly role: UserRole
  readonly metadata?: Metadata
  readonly status: UserStatus
  readonly isActive: boolean
  readonly version: number
  readonly createdAt: string
  readonly updatedAt: string
  readonly lastLogin?: string
}

const key = ({ event }: Recorded<Extract<Recorded['event'], { data: { userId?: string } }>>) => ({
  key: event.data.userId ?? '',
})

/** The row after an event of the user's own, with what it changed. */
const changed = (
  row: UserProfileView | undefined,
  { envelope }: Recorded,
  change: Partial<UserProfileView> = {},
): UserProfileView | undefined =>
  row && {
    ...row,
    ...change,
    position: envelope.position,
    version: envelope.aggregate.version,
    updatedAt: envelope.timestamp,
  }

export const userProfileView = defineView<'user_profile', UserProfileView>({
  name: 'user_profile',
  version: 1,
  handlers: {
    'tenant.created': 'ignored',
    'tenant.updated': 'ignored',
    'tenant.deleted': 'ignored',
    'user.registered': {
      select: key,
      reduce: (_row, { event, envelope }) => {
        const { email = '', displayName, metadata } = event.personal ?? {}
        return {
          key: event.data.userId,
          tenantId: event.data.tenantId,
          position: envelope.position,
          email,
          role: event.data.role,
          ...(displayName !== undefined && { displayName }),
          ...(metadata !== undefined && { metadata }),
          status: 'invited',
          isActive: true,
          version: envelope.aggregate.version,
          createdAt: envelope.timestamp,
          updatedAt: envelope.timestamp,
        }
      },
    },
    'user.invited': { select: key, reduce: (row, recorded) => changed(row, recorded) },
    'user.invitation_accepted': {
      select: key,
      reduce: (row, recorded) => {
        const displayName = recorded.event.personal?.displayName
        return changed(row, recorded, { status: 'active', ...(displayName !== undefined && { displayName }) })
      },
    },
    'user.password_set': { select: key, reduce: (row, recorded) => changed(row, recorded) },
    'user.profile_updated': {
      select: key,
      reduce: (row, recorded) => {
        if (!row) return undefined
        const { role, updatedFields } = recorded.event.data
        const { email, displayName, metadata } = recorded.event.personal ?? {}
        const fields = new Set(updatedFields)
        const { displayName: nameBefore, metadata: metadataBefore, ...rest } = row
        const name = fields.has('displayName') ? displayName : nameBefore
        const data = fields.has('metadata') ? metadata : metadataBefore
        return changed(
          { ...rest, ...(name !== undefined && { displayName: name }), ...(data !== undefined && { metadata: data }) },
          recorded,
          { ...(fields.has('email') && { email: email ?? '' }), ...(role !== undefined && { role }) },
        )
      },
    },
    'user.deactivated': {
      select: key,
      reduce: (row, recorded) => changed(row, recorded, { status: 'deactivated', isActive: false }),
    },
    'user.reactivated': {
      select: key,
      reduce: (row, recorded) => changed(row, recorded, { status: recorded.event.data.status, isActive: true }),
    },
    'auth.login_succeeded': {
      select: key,
      // Not an event of the user's own: its version and time of update stay.
      reduce: (row, { envelope }) => row && { ...row, position: envelope.position, lastLogin: envelope.timestamp },
    },
    'auth.login_failed': 'ignored',
    'auth.logout': 'ignored',
  },
})

/** The same profile straight from the writer's state: what the view will say once it has followed. */
export function userProfileOf(state: UserState, version: number, position: number): UserProfileView | undefined {
  if (state.status === 'none') return undefined
  const { userId, tenantId, email, displayName, role, metadata, status, createdAt, updatedAt, lastLogin } = state
  return {
    key: userId,
    tenantId,
    position,
    email,
    ...(displayName !== undefined && { displayName }),
    role,
    ...(metadata !== undefined && { metadata }),
    status,
    isActive: status !== 'deactivated',
    version,
    createdAt,
    updatedAt,
    ...(lastLogin !== undefined && { lastLogin }),
  }
}
