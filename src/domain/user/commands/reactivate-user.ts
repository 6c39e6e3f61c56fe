import type { TenantId, UserId } from '#common/ids.ts'
import { accept, refuse } from '#common/outcome.ts'
import { activeTenant } from '../../tenant/tenant-rules.ts'
import { initialTenant } from '../../tenant/tenant-state.ts'
import { defineCommand } from '../../writer/command.ts'
import { taskId } from '../../writer/due-tasks.ts'
import { initialUser } from '../user-state.ts'

export interface ReactivateUserInput {
  readonly tenantId: TenantId
  readonly userId: UserId
  readonly trigger: 'adminAction' | 'reactivationDate'
}

/** Ends a temporary deactivation: by an admin, or by the writer's alarm on the date (G-38). The seat was kept. */
export const reactivateUser = defineCommand({
  type: 'user.reactivate',
  target: (input: ReactivateUserInput) => ({ type: 'user', id: input.userId }),
  async load(input: ReactivateUserInput, rows) {
    const [tenant, user] = await Promise.all([
      rows.read('tenant', input.tenantId),
      rows.read('user', input.userId),
      rows.read('roster', input.tenantId),
    ])
    return { tenant: tenant ?? initialTenant(), user: user ?? initialUser() }
  },
  decide(input, { tenant, user }, context) {
    const active = activeTenant(tenant)
    if (!active.ok) return active
    if (user.status === 'none') return refuse('resource.not_found')
    if (user.status !== 'deactivated') return refuse('user.not_deactivated')
    if (user.deactivationType === 'permanent') return refuse('user.permanently_deactivated')
    const { userId, tenantId, trigger } = input
    const { reactivationDate } = user
    // An alarm that was set for an earlier deactivation must not end this one.
    if (
      trigger === 'reactivationDate' &&
      !(reactivationDate !== undefined && context.now >= Date.parse(reactivationDate))
    ) {
      return refuse('user.not_deactivated')
    }
    return accept({
      aggregate: { type: 'user', id: userId },
      ...(reactivationDate !== undefined && {
        rows: [{ kind: 'due', id: taskId(Date.parse(reactivationDate), 'reactivateUser', userId), value: undefined }],
      }),
      events: [
        {
          aggregateId: userId,
          event: {
            type: 'user.reactivated',
            data: { userId, tenantId, trigger, status: user.passwordSetAt === undefined ? 'invited' : 'active' },
          },
        },
      ],
    })
  },
})
