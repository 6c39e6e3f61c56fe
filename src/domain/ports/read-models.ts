import type { TenantStatus } from '../tenant/tenant-types.ts'
import type { TenantDetails } from '../tenant/views/tenant-details.view.ts'
import type { TenantMetrics } from '../tenant/views/tenant-metrics.view.ts'
import type { UserStatus } from '../user/user-types.ts'
import type { UserProfileView } from '../user/views/user-profile.view.ts'

export const SORT_ORDERS = ['asc', 'desc'] as const
export const TENANT_SORT_FIELDS = ['createdAt', 'updatedAt', 'name'] as const
export const USER_SORT_FIELDS = ['createdAt', 'updatedAt', 'email', 'displayName'] as const

export interface PageRequest<Field extends string> {
  /** 1-based. */
  readonly page: number
  /** 1..100. */
  readonly pageSize: number
  readonly sortBy: Field
  readonly sortOrder: (typeof SORT_ORDERS)[number]
}

export type UserPageRequest = PageRequest<(typeof USER_SORT_FIELDS)[number]>

export interface Page<Item> {
  readonly items: readonly Item[]
  readonly total: number
}

export interface TenantFilters {
  readonly status?: TenantStatus
  /** A plan's name, or the name of a custom plan. */
  readonly plan?: string
  /** Part of the name, without regard to case. */
  readonly name?: string
}

export interface UserFilters {
  readonly status?: UserStatus
  readonly role?: string
  /** Part of the address or display name, without regard to case. */
  readonly search?: string
}

/** How far the rows of a view have followed the tenant's log. */
export interface Followed {
  readonly position: number
  /** Of the view, that has made the tenant's rows; absent before there are any. */
  readonly viewVersion?: number
}

export interface FollowedRow<Row> extends Followed {
  readonly row?: Row
}

/** The queries' side of the read models. */
export interface ReadModels {
  tenant(tenantId: string): Promise<FollowedRow<TenantDetails>>
  /** Across tenants: for system admins only. */
  tenants(filters: TenantFilters, page: PageRequest<(typeof TENANT_SORT_FIELDS)[number]>): Promise<Page<TenantDetails>>
  user(tenantId: string, userId: string): Promise<FollowedRow<UserProfileView>>
  users(tenantId: string, filters: UserFilters, page: UserPageRequest): Promise<Page<UserProfileView> & Followed>
  metrics(tenantId: string): Promise<FollowedRow<TenantMetrics>>
  /** Answers if the database does; throws otherwise. */
  ping(): Promise<void>
}
