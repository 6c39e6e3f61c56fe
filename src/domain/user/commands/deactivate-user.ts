import type { TenantId, UserId } from '#common/ids.ts'
import { accept, refuse, refuseField } from '#common/outcome.ts'
import { timestampOf } from '../../ports/clock.ts'
import { activeTenant } from '../../tenant/tenant-rules.ts'
import { initialTenant } from '../../tenant/tenant-state.ts'
import { defineCommand } from '../../writer/command.ts'
import type { RowChange } from '../../writer/rows.ts'
import { taskId } from '../../writer/due-tasks.ts'
import { initialRoster } from '../roster-state.ts'
import { checkKeepsAdmin, REACTIVATION_AHEAD } from '../user-rules.ts'
import { initialUser } from '../user-state.ts'
import type { DeactivationReason, DeactivationType } from '../user-types.ts'

export interface DeactivateUserInput {
  readonly tenantId: TenantId
  readonly userId: UserId
  readonly reason: DeactivationReason
  readonly deactivationType: DeactivationType
  /** RFC 3339; required for, and only for, a temporary deactivation. */
  readonly reactivationDate?: string
}

/** Seed lines 1273–1285, 1786–1807. A temporary deactivation may be made permanent (G-39); permanent is final. */
export const deactivateUser = defineCommand({
  type: 'user.deactivate',
  target: (input: DeactivateUserInput) => ({ type: 'user', id: input.userId }),
  async load(input: DeactivateUserInput, rows) {
    const [tenant, user, roster] = await Promise.all([
      rows.read('tenant', input.tenantId),
      rows.read('user', input.userId),
      rows.read('roster', input.tenantId),
    ])
    return { tenant: tenant ?? initialTenant(), user: user ?? initialUser(), roster: roster ?? initialRoster() }
  },
  decide(input, { tenant, user, roster }, context) {
    const active = activeTenant(tenant)
    if (!active.ok) return active
    if (user.status === 'none') return refuse('resource.not_found')
    const temporary = input.deactivationType === 'temporary'
    if (user.status === 'deactivated') {
      if (user.deactivationType === 'permanent') return refuse('user.permanently_deactivated')
      if (temporary) return refuse('user.deactivated')
    }
    const date = input.reactivationDate === undefined ? undefined : Date.parse(input.reactivationDate)
    if (temporary && date === undefined) return refuseField('/reactivationDate', 'user.missing_reactivation_date')
    if (!temporary && date !== undefined) return refuseField('/reactivationDate', 'validation.unknown_field')
    if (
      date !== undefined &&
      !(date >= context.now + REACTIVATION_AHEAD.min && date <= context.now + REACTIVATION_AHEAD.max)
    ) {
      return refuseField('/reactivationDate', 'user.reactivation_date_out_of_range', { minHours: 1, maxDays: 365 })
    }
    const { userId, tenantId, reason, deactivationType } = input
    const kept = checkKeepsAdmin(roster, user, { ...user, status: 'deactivated', deactivationType })
    if (!kept.ok) return kept
    const rows: RowChange[] = []
    if (user.status === 'deactivated' && user.reactivationDate !== undefined) {
      rows.push({
        kind: 'due',
        id: taskId(Date.parse(user.reactivationDate), 'reactivateUser', userId),
        value: undefined,
      })
    }
    if (date !== undefined) {
      rows.push({ kind: 'due', id: taskId(date, 'reactivateUser', userId), value: { task: 'reactivateUser', userId } })
    }
    return accept({
      rows,
      aggregate: { type: 'user', id: userId },
      events: [
        {
          aggregateId: userId,
          event: {
            type: 'user.deactivated',
            data: {
              userId,
              tenantId,
              reason,
              deactivationType,
              ...(date !== undefined && { reactivationDate: timestampOf(date) }),
              previousStatus: user.status,
            },
          },
        },
      ],
    })
  },
})
