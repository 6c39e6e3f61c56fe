import { defineView, type ViewRow } from '../../projection/view.ts'
import type { TenantState } from '../tenant-state.ts'
import type { Metadata, SubscriptionPlan, TenantSettings, TenantStatus } from '../tenant-types.ts'

/** Seed line 2153; metadata added (G-6). */
export interface TenantDetails extends ViewRow {
  readonly name: string
  readonly slug: string
  readonly subscriptionPlan: SubscriptionPlan
  readonly adminEmail: string
  readonly metadata?: Metadata
  readonly settings: TenantSettings
  readonly status: TenantStatus
  readonly isActive: boolean
  readonly version: number
  readonly createdAt: string
  readonly updatedAt: string
}

export const tenantDetailsView = defineView<'tenant_details', TenantDetails>({
  name: 'tenant_details',
  version: 1,
  handlers: {
    'tenant.created': {
      select: ({ event }) => ({ key: event.data.tenantId }),
      reduce: (_row, { event, envelope }) => ({
        key: event.data.tenantId,
        tenantId: event.data.tenantId,
        position: envelope.position,
        name: event.data.name,
        slug: event.data.slug,
        subscriptionPlan: event.data.subscriptionPlan,
        adminEmail: event.personal?.adminEmail ?? '',
        settings: event.data.settings,
        status: 'active',
        isActive: true,
        version: envelope.aggregate.version,
        createdAt: envelope.timestamp,
        updatedAt: envelope.timestamp,
      }),
    },
    'tenant.updated': {
      select: ({ event }) => ({ key: event.data.tenantId }),
      reduce: (row, { event, envelope }) => {
        if (!row) return undefined
        const { name, subscriptionPlan, settings, updatedFields } = event.data
        const { metadata: before, ...rest } = row
        const metadata = updatedFields.includes('metadata') ? event.personal?.metadata : before
        return {
          ...rest,
          ...(name !== undefined && { name }),
          ...(subscriptionPlan !== undefined && { subscriptionPlan }),
          ...(settings !== undefined && { settings }),
          ...(metadata !== undefined && { metadata }),
          position: envelope.position,
          version: envelope.aggregate.version,
          updatedAt: envelope.timestamp,
        }
      },
    },
    'tenant.deleted': {
      select: ({ event }) => ({ key: event.data.tenantId }),
      reduce: (row, { envelope }) =>
        row && {
          ...row,
          status: 'pendingDeletion',
          isActive: false,
          position: envelope.position,
          version: envelope.aggregate.version,
          updatedAt: envelope.timestamp,
        },
    },
    'user.registered': 'ignored',
    'user.invited': 'ignored',
    'user.invitation_accepted': 'ignored',
    'user.password_set': 'ignored',
    'user.profile_updated': 'ignored',
    'user.deactivated': 'ignored',
    'user.reactivated': 'ignored',
    'auth.login_succeeded': 'ignored',
    'auth.login_failed': 'ignored',
    'auth.logout': 'ignored',
  },
})

/** The same details straight from the writer's state: what the view will say once it has followed. */
export function tenantDetailsOf(state: TenantState, version: number, position: number): TenantDetails | undefined {
  if (state.status === 'none') return undefined
  const { tenantId, name, slug, subscriptionPlan, adminEmail, metadata, settings, status, createdAt, updatedAt } = state
  return {
    key: tenantId,
    tenantId,
    position,
    name,
    slug,
    subscriptionPlan,
    adminEmail,
    ...(metadata !== undefined && { metadata }),
    settings,
    status,
    isActive: status === 'active',
    version,
    createdAt,
    updatedAt,
  }
}
