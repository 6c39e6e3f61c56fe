import { formatDuration, parseDuration } from '#common/duration.ts'
import { PLATFORM_TENANT_ID, type TenantId } from '#common/ids.ts'
import { accept, refuse, refuseField } from '#common/outcome.ts'
import { initialRoster } from '../../user/roster-state.ts'
import { DAY } from '../../user/user-rules.ts'
import { defineCommand } from '../../writer/command.ts'
import { planOf } from '../plans.ts'
import { activeTenant } from '../tenant-rules.ts'
import { initialTenant } from '../tenant-state.ts'
import type { DeletionReason } from '../tenant-types.ts'

const DEFAULT_RETENTION = 90 * DAY
const RETENTION = { min: 30 * DAY, max: 365 * DAY } as const

export interface DeleteTenantInput {
  readonly tenantId: TenantId
  readonly deletionReason: DeletionReason
  readonly dataRetentionPeriod?: string
  /** A system admin's reason to delete although users are active or a subscription runs (G-15). */
  readonly forcedBecause?: string
}

/** Seed lines 1228–1236, 1709–1729. "Active users" leaves out the last admin, and Free is no subscription (G-15). */
export const deleteTenant = defineCommand({
  type: 'tenant.delete',
  target: (input: DeleteTenantInput) => ({ type: 'tenant', id: input.tenantId }),
  async load(input: DeleteTenantInput, rows) {
    const [tenant, roster] = await Promise.all([
      rows.read('tenant', input.tenantId),
      rows.read('roster', input.tenantId),
    ])
    return { tenant: tenant ?? initialTenant(), roster: roster ?? initialRoster() }
  },
  decide(input, { tenant, roster }, _context) {
    const active = activeTenant(tenant)
    if (!active.ok) return active
    if (input.tenantId === PLATFORM_TENANT_ID) return refuse('tenant.platform_protected')
    const retention =
      input.dataRetentionPeriod === undefined ? DEFAULT_RETENTION : parseDuration(input.dataRetentionPeriod)
    if (retention === undefined || retention < RETENTION.min || retention > RETENTION.max) {
      return refuseField('/dataRetentionPeriod', 'tenant.invalid_retention_period', { min: 30, max: 365 })
    }
    if (input.forcedBecause === undefined) {
      const lastAdmin = roster.activeAdmins + roster.invitedAdmins > 0 ? 1 : 0
      if (roster.activeUsers > lastAdmin)
        return refuse('tenant.has_active_users', { params: { count: roster.activeUsers - lastAdmin } })
      if (planOf(active.value.subscriptionPlan).paid) return refuse('tenant.active_subscription_exists')
    }
    return accept({
      aggregate: { type: 'tenant', id: input.tenantId },
      events: [
        {
          aggregateId: input.tenantId,
          event: {
            type: 'tenant.deleted',
            data: {
              tenantId: input.tenantId,
              deletionReason: input.deletionReason,
              dataRetentionPeriod: formatDuration(retention),
              ...(input.forcedBecause !== undefined && { forcedBecause: input.forcedBecause }),
            },
          },
        },
      ],
    })
  },
})
