import { jsonEquals, type Json } from '#common/json.ts'
import type { TenantId } from '#common/ids.ts'
import { accept, refuse, type Outcome } from '#common/outcome.ts'
import { initialRoster } from '../../user/roster-state.ts'
import { defineCommand } from '../../writer/command.ts'
import { planOf } from '../plans.ts'
import type { TENANT_FIELDS } from '../tenant-events.ts'
import { activeTenant, checkMetadata, checkSettings, checkTenantName } from '../tenant-rules.ts'
import { initialTenant } from '../tenant-state.ts'
import type { Metadata, SubscriptionPlan, TenantSettings } from '../tenant-types.ts'

export interface UpdateTenantInput {
  readonly tenantId: TenantId
  readonly name?: string
  readonly subscriptionPlan?: SubscriptionPlan
  /** null clears (JSON Merge Patch); the caller has merged a partial object already. */
  readonly metadata?: Metadata | null
  readonly settings?: TenantSettings
}

/** Seed lines 1214–1226. Fields that would not change anything emit nothing (G-36). */
export const updateTenant = defineCommand({
  type: 'tenant.update',
  target: (input: UpdateTenantInput) => ({ type: 'tenant', id: input.tenantId }),
  async load(input: UpdateTenantInput, rows) {
    const [tenant, roster] = await Promise.all([
      rows.read('tenant', input.tenantId),
      rows.read('roster', input.tenantId),
      input.metadata ? rows.read('subjectKey', input.tenantId) : undefined,
    ])
    return { tenant: tenant ?? initialTenant(), roster: roster ?? initialRoster() }
  },
  decide(input, { tenant, roster }, _context) {
    const active = activeTenant(tenant)
    if (!active.ok) return active
    const before = active.value
    const name: Outcome<string> = input.name === undefined ? accept(before.name) : checkTenantName(input.name)
    if (!name.ok) return name
    const plan = input.subscriptionPlan ?? before.subscriptionPlan
    if (planOf(plan).rank < planOf(before.subscriptionPlan).rank && roster.users > planOf(plan).maxUsers) {
      return refuse('tenant.downgrade_not_possible', { params: { max: planOf(plan).maxUsers } })
    }
    const settings = checkSettings(input.settings ?? before.settings, plan)
    if (!settings.ok) return settings
    if (input.settings && settings.value.maxUsers < roster.users) {
      return refuse('tenant.invalid_settings_transition', {
        params: { from: before.settings.maxUsers, to: settings.value.maxUsers },
      })
    }
    const known = input.metadata ? checkMetadata(input.metadata) : accept(undefined)
    if (!known.ok) return known
    const metadata = input.metadata === undefined ? before.metadata : (input.metadata ?? undefined)

    const updatedFields: (typeof TENANT_FIELDS)[number][] = []
    if (name.value !== before.name) updatedFields.push('name')
    if (!jsonEquals(plan, before.subscriptionPlan)) updatedFields.push('subscriptionPlan')
    if (!jsonEquals(metadata, before.metadata)) updatedFields.push('metadata')
    if (!jsonEquals(settings.value as Json, before.settings as Json)) updatedFields.push('settings')
    const aggregate = { type: 'tenant', id: input.tenantId } as const
    if (updatedFields.length === 0) return accept({ events: [], aggregate })

    const changed = new Set(updatedFields)
    return accept({
      aggregate,
      events: [
        {
          aggregateId: input.tenantId,
          event: {
            type: 'tenant.updated',
            data: {
              tenantId: input.tenantId,
              ...(changed.has('name') && { name: name.value }),
              ...(changed.has('subscriptionPlan') && { subscriptionPlan: plan }),
              ...(changed.has('settings') && { settings: settings.value }),
              updatedFields,
            },
            ...(changed.has('metadata') && { personal: { ...(metadata && { metadata }) } }),
          },
        },
      ],
    })
  },
})
