import { defineView, type Recorded, type ViewRow } from '../../projection/view.ts'
import type { SubscriptionStatus } from '../tenant-types.ts'

/** Seed line 2168. Counts start at 0 and follow the users' own events (G-4). */
export interface TenantMetrics extends ViewRow {
  readonly totalUsers: number
  /** Invited or active. */
  readonly activeUsers: number
  /** Bytes. */
  readonly storageUsed: number
  readonly apiCallsCurrentMonth: number
  readonly lastActivity: string
  readonly subscriptionStatus: SubscriptionStatus
}

const key = ({ envelope }: Recorded) => ({ key: envelope.tenantId })

const seen = (row: TenantMetrics | undefined, { envelope }: Recorded): TenantMetrics | undefined =>
  row && { ...row, position: envelope.position, lastActivity: envelope.timestamp }

const activity = { select: key, reduce: seen }

export const tenantMetricsView = defineView<'tenant_metrics', TenantMetrics>({
  name: 'tenant_metrics',
  version: 1,
  handlers: {
    'tenant.created': {
      select: key,
      reduce: (_row, { envelope }) => ({
        key: envelope.tenantId,
        tenantId: envelope.tenantId,
        position: envelope.position,
        totalUsers: 0,
        activeUsers: 0,
        storageUsed: 0,
        apiCallsCurrentMonth: 0,
        lastActivity: envelope.timestamp,
        subscriptionStatus: 'active',
      }),
    },
    'tenant.updated': activity,
    'tenant.deleted': {
      select: key,
      reduce: (row, recorded) => {
        const next = seen(row, recorded)
        return next && { ...next, subscriptionStatus: 'cancelled' }
      },
    },
    'user.registered': {
      select: key,
      reduce: (row, recorded) => {
        const next = seen(row, recorded)
        return next && { ...next, totalUsers: next.totalUsers + 1, activeUsers: next.activeUsers + 1 }
      },
    },
    'user.invited': activity,
    'user.invitation_accepted': activity,
    'user.password_set': activity,
    'user.profile_updated': activity,
    'user.deactivated': {
      select: key,
      reduce: (row, recorded) => {
        const next = seen(row, recorded)
        const wasActive = recorded.event.data.previousStatus !== 'deactivated'
        return next && { ...next, activeUsers: next.activeUsers - Number(wasActive) }
      },
    },
    'user.reactivated': {
      select: key,
      reduce: (row, recorded) => {
        const next = seen(row, recorded)
        return next && { ...next, activeUsers: next.activeUsers + 1 }
      },
    },
    'auth.login_succeeded': activity,
    'auth.login_failed': 'ignored',
    'auth.logout': activity,
  },
})
