import type { DomainEvent } from '../events/event-registry.ts'
import type { Metadata, SubscriptionPlan, TenantSettings } from './tenant-types.ts'

export interface TenantProfile {
  readonly tenantId: string
  readonly name: string
  readonly slug: string
  readonly subscriptionPlan: SubscriptionPlan
  readonly adminUserId: string
  /** Empty once the admin has been erased. */
  readonly adminEmail: string
  readonly metadata?: Metadata
  readonly settings: TenantSettings
  readonly createdAt: string
  readonly updatedAt: string
}

export type TenantState =
  | { readonly status: 'none' }
  | ({ readonly status: 'active' } & TenantProfile)
  | ({
      readonly status: 'pendingDeletion'
      readonly deletedAt: string
      readonly dataRetentionPeriod: string
    } & TenantProfile)

export const initialTenant = (): TenantState => ({ status: 'none' })

export function evolveTenant(state: TenantState, event: DomainEvent, timestamp: string): TenantState {
  switch (event.type) {
    case 'tenant.created': {
      const { tenantId, name, slug, subscriptionPlan, adminUserId, settings } = event.data
      return {
        status: 'active',
        tenantId,
        name,
        slug,
        subscriptionPlan,
        adminUserId,
        adminEmail: event.personal?.adminEmail ?? '',
        settings,
        createdAt: timestamp,
        updatedAt: timestamp,
      }
    }
    case 'tenant.updated': {
      if (state.status === 'none') return state
      const { name, subscriptionPlan, settings, updatedFields } = event.data
      const { metadata: before, ...rest } = state
      const metadata = updatedFields.includes('metadata') ? event.personal?.metadata : before
      return {
        ...rest,
        ...(name !== undefined && { name }),
        ...(subscriptionPlan !== undefined && { subscriptionPlan }),
        ...(settings !== undefined && { settings }),
        ...(metadata !== undefined && { metadata }),
        updatedAt: timestamp,
      }
    }
    case 'tenant.deleted': {
      if (state.status !== 'active') return state
      const { dataRetentionPeriod } = event.data
      return { ...state, status: 'pendingDeletion', deletedAt: timestamp, dataRetentionPeriod, updatedAt: timestamp }
    }
    default:
      return state
  }
}
