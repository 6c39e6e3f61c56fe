import { bigint, boolean, jsonb, pgSchema, text } from 'drizzle-orm/pg-core'
import type { TenantDetails } from '#domain/tenant/views/tenant-details.view.ts'
import type { TenantMetrics } from '#domain/tenant/views/tenant-metrics.view.ts'
import type { UserProfileView } from '#domain/user/views/user-profile.view.ts'

/** The read models as Drizzle sees them; the columns beside `data` are generated from it (migration 0001). */
const schema = pgSchema('read_models')

const common = {
  tenantId: text('tenant_id').notNull(),
  key: text('key').notNull(),
  position: bigint('position', { mode: 'number' }).notNull(),
  search: text('search').notNull(),
}

export const checkpoint = schema.table('checkpoint', {
  tenantId: text('tenant_id').primaryKey(),
  position: bigint('position', { mode: 'number' }).notNull(),
  /** Version of each view that has made the rows, by the name of the view (migration 0007). */
  versions: jsonb('versions').$type<Readonly<Record<string, number>>>().notNull(),
})

/** Views that stand still; the columns that queries need (migration 0007). */
export const halt = schema.table('halt', {
  tenantId: text('tenant_id').notNull(),
  view: text('view').notNull(),
  position: bigint('position', { mode: 'number' }).notNull(),
})

export const tenantDetails = schema.table('tenant_details', {
  ...common,
  data: jsonb('data').$type<TenantDetails>().notNull(),
  name: text('name'),
  status: text('status'),
  plan: text('plan'),
  isActive: boolean('is_active'),
  createdAt: text('created_at'),
  updatedAt: text('updated_at'),
})

export const tenantMetrics = schema.table('tenant_metrics', {
  ...common,
  data: jsonb('data').$type<TenantMetrics>().notNull(),
  subscriptionStatus: text('subscription_status'),
})

export const userProfile = schema.table('user_profile', {
  ...common,
  data: jsonb('data').$type<UserProfileView>().notNull(),
  email: text('email'),
  displayName: text('display_name'),
  status: text('status'),
  role: text('role'),
  isActive: boolean('is_active'),
  createdAt: text('created_at'),
  updatedAt: text('updated_at'),
})
