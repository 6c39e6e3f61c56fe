import { jsonEquals } from '#common/json.ts'
import { normalizeEmail, type EmailAddress } from '#common/email.ts'
import type { TenantId, UserId } from '#common/ids.ts'
import { accept, refuse } from '#common/outcome.ts'
import { timestampOf } from '../../ports/clock.ts'
import { activeTenant, checkDisplayName, checkMetadata } from '../../tenant/tenant-rules.ts'
import { initialTenant } from '../../tenant/tenant-state.ts'
import type { Metadata } from '../../tenant/tenant-types.ts'
import { defineCommand } from '../../writer/command.ts'
import type { RowChange } from '../../writer/rows.ts'
import { initialRoster } from '../roster-state.ts'
import type { USER_FIELDS } from '../user-events.ts'
import { checkKeepsAdmin, checkRole, EMAIL_CHANGE_COOLDOWN } from '../user-rules.ts'
import { initialUser } from '../user-state.ts'
import type { UserRole } from '../user-types.ts'

export interface UpdateUserProfileInput {
  readonly tenantId: TenantId
  readonly userId: UserId
  readonly email?: { readonly address: EmailAddress; readonly index: string; readonly previousIndex: string }
  /** null clears. */
  readonly displayName?: string | null
  readonly role?: UserRole
  /** null clears; the caller has merged a partial object already. */
  readonly metadata?: Metadata | null
}

/** Seed lines 1257–1271, 1763–1784. Fields that would not change anything emit nothing (G-36). */
export const updateUserProfile = defineCommand({
  type: 'user.update_profile',
  target: (input: UpdateUserProfileInput) => ({ type: 'user', id: input.userId }),
  async load(input: UpdateUserProfileInput, rows) {
    const [tenant, user, roster, holder, previous] = await Promise.all([
      rows.read('tenant', input.tenantId),
      rows.read('user', input.userId),
      rows.read('roster', input.tenantId),
      input.email ? rows.read('email', input.email.index) : undefined,
      input.email ? rows.read('email', input.email.previousIndex) : undefined,
      rows.read('subjectKey', input.userId),
    ])
    return {
      tenant: tenant ?? initialTenant(),
      user: user ?? initialUser(),
      roster: roster ?? initialRoster(),
      holder,
      previous,
    }
  },
  decide(input, { tenant, user, roster, holder, previous }, context) {
    const active = activeTenant(tenant)
    if (!active.ok) return active
    if (user.status === 'none') return refuse('resource.not_found')
    if (user.status === 'deactivated') return refuse('user.deactivated')

    const updatedFields: (typeof USER_FIELDS)[number][] = []
    const rows: RowChange[] = []
    const { email } = input
    if (email && email.address !== user.email) {
      if (normalizeEmail(email.address) !== normalizeEmail(user.email)) {
        if (holder && holder.userId !== input.userId) return refuse('user.already_exists')
        const since = user.emailChangedAt === undefined ? undefined : Date.parse(user.emailChangedAt)
        if (since !== undefined && context.now < since + EMAIL_CHANGE_COOLDOWN) {
          return refuse('user.email_change_not_allowed', {
            params: { until: timestampOf(since + EMAIL_CHANGE_COOLDOWN) },
          })
        }
        // The caller named the previous address from a read of its own: nobody else's claim may go with it.
        if (previous?.userId === input.userId) rows.push({ kind: 'email', id: email.previousIndex, value: undefined })
        rows.push({ kind: 'email', id: email.index, value: { userId: input.userId } })
      }
      updatedFields.push('email')
    }
    const displayName = input.displayName === undefined ? user.displayName : (input.displayName ?? undefined)
    const name = displayName === undefined ? undefined : checkDisplayName(displayName)
    if (name && !name.ok) return name
    if (name?.value !== user.displayName) updatedFields.push('displayName')
    const role = input.role ?? user.role
    if (!jsonEquals(role, user.role)) {
      const assignable = checkRole(role)
      if (!assignable.ok) return assignable
      const kept = checkKeepsAdmin(roster, user, { ...user, role })
      if (!kept.ok) return kept
      updatedFields.push('role')
    }
    const known = input.metadata ? checkMetadata(input.metadata) : accept(undefined)
    if (!known.ok) return known
    const metadata = input.metadata === undefined ? user.metadata : (input.metadata ?? undefined)
    if (!jsonEquals(metadata, user.metadata)) updatedFields.push('metadata')

    const aggregate = { type: 'user', id: input.userId } as const
    if (updatedFields.length === 0) return accept({ events: [], aggregate })
    const changed = new Set(updatedFields)
    return accept({
      aggregate,
      rows,
      events: [
        {
          aggregateId: input.userId,
          event: {
            type: 'user.profile_updated',
            data: {
              userId: input.userId,
              tenantId: input.tenantId,
              ...(changed.has('role') && { role }),
              updatedFields,
            },
            personal: {
              ...(email && changed.has('email') && { email: email.address }),
              ...(name && changed.has('displayName') && { displayName: name.value }),
              ...(metadata && changed.has('metadata') && { metadata }),
            },
          },
        },
      ],
    })
  },
})
