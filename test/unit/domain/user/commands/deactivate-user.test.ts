import { describe, expect, it } from 'vitest'
import { timestampOf } from '#domain/ports/clock.ts'
import type { DeactivateUserInput } from '#domain/user/commands/deactivate-user.ts'
import { taskId } from '#domain/writer/due-tasks.ts'
import { tenantDeleted, tenantWithAdmin, userActive, userDeactivated, userInvited } from '../../../../support/facts.ts'
import { given } from '../../../../support/given-when-then.ts'
import { TENANT, userIdOf } from '../../../../support/subjects.ts'
import { START } from '../../../../support/tools.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const deactivate = (number: number, change: Partial<DeactivateUserInput> = {}) => ({
  type: 'user.deactivate' as const,
  input: {
    tenantId: TENANT,
    userId: userIdOf(number),
    reason: 'adminAction' as const,
    deactivationType: 'permanent' as const,
    ...change,
  },
})
const until = (milliseconds: number) => ({
  deactivationType: 'temporary' as const,
  reactivationDate: timestampOf(START + milliseconds),
})
const bob = [...tenantWithAdmin(), ...userActive(2)]

describe('user.deactivate', () => {
  it('deactivates for good', async () => {
    const then = await given(...bob).when(deactivate(2, { reason: { other: 'left' } }))
    expect(then.event('user.deactivated').data).toEqual({
      userId: userIdOf(2),
      tenantId: TENANT,
      reason: { other: 'left' },
      deactivationType: 'permanent',
      previousStatus: 'active',
    })
    expect(then.decision.rows).toEqual([])
  })

  it('deactivates until a date, and sets the alarm for it', async () => {
    const then = await given(...bob).when(
      deactivate(2, { deactivationType: 'temporary', reactivationDate: '2026-03-02T13:00:00+01:00' }),
    )
    expect(then.event('user.deactivated').data.reactivationDate).toBe('2026-03-02T12:00:00.000Z')
    expect(then.decision.rows).toEqual([
      {
        kind: 'due',
        id: taskId(START + DAY, 'reactivateUser', userIdOf(2)),
        value: { task: 'reactivateUser', userId: userIdOf(2) },
      },
    ])
  })

  it('takes dates from an hour to a year ahead', async () => {
    for (const ahead of [HOUR, 365 * DAY])
      (await given(...bob).when(deactivate(2, until(ahead)))).emits('user.deactivated')
    for (const ahead of [-DAY, 0, HOUR - 1, 365 * DAY + 1]) {
      ;(await given(...bob).when(deactivate(2, until(ahead)))).refusesField(
        '/reactivationDate',
        'user.reactivation_date_out_of_range',
      )
    }
    const never = deactivate(2, { deactivationType: 'temporary', reactivationDate: 'tomorrow' })
    ;(await given(...bob).when(never)).refusesField('/reactivationDate', 'user.reactivation_date_out_of_range')
  })

  it('wants a date for a temporary deactivation, and only for that', async () => {
    ;(await given(...bob).when(deactivate(2, { deactivationType: 'temporary' }))).refusesField(
      '/reactivationDate',
      'user.missing_reactivation_date',
    )
    const both = deactivate(2, { reactivationDate: timestampOf(START + DAY) })
    ;(await given(...bob).when(both)).refusesField('/reactivationDate', 'validation.unknown_field')
  })

  it('makes a temporary deactivation permanent, and calls the alarm off', async () => {
    const then = await given(...bob, userDeactivated(2, 'temporary', START + DAY)).when(deactivate(2))
    expect(then.event('user.deactivated').data).toMatchObject({
      deactivationType: 'permanent',
      previousStatus: 'deactivated',
    })
    expect(then.decision.rows).toEqual([
      { kind: 'due', id: taskId(START + DAY, 'reactivateUser', userIdOf(2)), value: undefined },
    ])
  })

  it('refuses who is deactivated already', async () => {
    ;(await given(...bob, userDeactivated(2, 'temporary', START + DAY)).when(deactivate(2, until(2 * DAY)))).refuses(
      'user.deactivated',
    )
    for (const change of [{}, until(DAY)]) {
      ;(await given(...bob, userDeactivated(2, 'permanent')).when(deactivate(2, change))).refuses(
        'user.permanently_deactivated',
      )
    }
  })

  it('keeps the last admin who can sign in', async () => {
    for (const change of [{}, until(DAY)]) {
      ;(await given(...bob).when(deactivate(1, change))).refuses('user.last_admin')
      ;(await given(...bob, ...userInvited(3, { role: 'admin' })).when(deactivate(1, change))).refuses(
        'user.last_admin',
      )
      ;(await given(...bob, ...userActive(3, { role: 'admin' })).when(deactivate(1, change))).emits('user.deactivated')
    }
  })

  it('keeps the only invited admin, and lets go of one beside an active one', async () => {
    const [created] = tenantWithAdmin()
    const facts = [...(created ? [created] : []), ...userInvited(1, { role: 'admin' })]
    ;(await given(...facts).when(deactivate(1))).refuses('user.last_admin')
    const then = await given(...tenantWithAdmin(), ...userInvited(2, { role: 'admin' })).when(deactivate(2))
    expect(then.event('user.deactivated').data.previousStatus).toBe('invited')
  })

  it('refuses who is not there, and a tenant on its way out', async () => {
    ;(await given(...bob).when(deactivate(3))).refuses('resource.not_found')
    ;(await given().when(deactivate(2))).refuses('resource.not_found')
    ;(await given(...bob, tenantDeleted()).when(deactivate(2))).refuses('tenant.deleted')
  })
})
