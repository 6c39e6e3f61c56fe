import { authSessionsView, type SessionView } from '../auth/views/auth-sessions.view.ts'
import { tenantDetailsView, type TenantDetails } from '../tenant/views/tenant-details.view.ts'
import { tenantMetricsView, type TenantMetrics } from '../tenant/views/tenant-metrics.view.ts'
import { userProfileView, type UserProfileView } from '../user/views/user-profile.view.ts'
import type { ViewDefinition, ViewRow } from './view.ts'

/** Every view, by the name of its table in `read_models`. */
export interface ViewRows {
  readonly tenant_details: TenantDetails
  readonly tenant_metrics: TenantMetrics
  readonly user_profile: UserProfileView
  readonly auth_sessions: SessionView
}
export type ViewName = keyof ViewRows

export const VIEWS: { readonly [Name in ViewName]: ViewDefinition<Name, ViewRows[Name]> } = {
  tenant_details: tenantDetailsView,
  tenant_metrics: tenantMetricsView,
  user_profile: userProfileView,
  auth_sessions: authSessionsView,
}

export const VIEW_NAMES = Object.keys(VIEWS) as readonly ViewName[] // the keys of the table just above

/** Rows of several views, as one transaction loads or writes them. */
export type ViewPage = { readonly [Name in ViewName]: readonly ViewRows[Name][] }

export type AnyView = ViewDefinition<ViewName, ViewRow>
