import { defineView, type ViewRow } from '../../projection/view.ts'
import type { DeviceInfo } from '../auth-types.ts'

/** Seed line 2242. */
export interface SessionView extends ViewRow {
  readonly userId: string
  readonly createdAt: string
  readonly expiresAt: string
  readonly lastActivity: string
  readonly deviceInfo?: DeviceInfo
  readonly ipAddress?: string
  readonly isActive: boolean
}

/** Deactivation and a new password end all sessions of the user. */
const endsAll = {
  select: ({ event }: { readonly event: { readonly data: { readonly userId: string } } }) => ({
    userId: event.data.userId,
  }),
  reduce: (row: SessionView | undefined, { envelope }: { readonly envelope: { readonly position: number } }) =>
    row && (row.isActive ? { ...row, isActive: false, position: envelope.position } : row),
}

export const authSessionsView = defineView<'auth_sessions', SessionView>({
  name: 'auth_sessions',
  version: 1,
  handlers: {
    'tenant.created': 'ignored',
    'tenant.updated': 'ignored',
    'tenant.deleted': 'ignored',
    'user.registered': 'ignored',
    'user.invited': 'ignored',
    'user.invitation_accepted': 'ignored',
    'user.password_set': endsAll,
    'user.profile_updated': 'ignored',
    'user.deactivated': endsAll,
    'user.reactivated': 'ignored',
    'auth.login_succeeded': {
      select: ({ event }) => ({ key: event.data.sessionId }),
      reduce: (_row, { event, envelope }) => ({
        key: event.data.sessionId,
        tenantId: event.data.tenantId,
        position: envelope.position,
        userId: event.data.userId,
        createdAt: envelope.timestamp,
        expiresAt: event.data.expiresAt,
        lastActivity: envelope.timestamp,
        ...(event.personal && { deviceInfo: event.personal.deviceInfo, ipAddress: event.personal.ipAddress }),
        isActive: true,
      }),
    },
    'auth.login_failed': 'ignored',
    'auth.logout': {
      select: ({ event }) => ({ key: event.data.sessionId }),
      reduce: (row, { envelope }) =>
        row && { ...row, isActive: false, lastActivity: envelope.timestamp, position: envelope.position },
    },
  },
})
