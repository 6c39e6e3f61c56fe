import { describe, expect, it } from 'vitest'
import { taskId } from '#domain/writer/due-tasks.ts'
import { tenantDeleted, tenantWithAdmin, userActive, userDeactivated, userInvited } from '../../../../support/facts.ts'
import { given } from '../../../../support/given-when-then.ts'
import { TENANT, userIdOf } from '../../../../support/subjects.ts'
import { START } from '../../../../support/tools.ts'

const DAY = 86_400_000
const reactivate = (number: number, trigger: 'adminAction' | 'reactivationDate' = 'adminAction') => ({
  type: 'user.reactivate' as const,
  input: { tenantId: TENANT, userId: userIdOf(number), trigger },
})
const away = [...tenantWithAdmin(), ...userActive(2), userDeactivated(2, 'temporary', START + DAY)]

describe('user.reactivate', () => {
  it('brings a user back before the date, and calls the alarm off', async () => {
    const then = await given(...away).when(reactivate(2))
    expect(then.event('user.reactivated').data).toEqual({
      userId: userIdOf(2),
      tenantId: TENANT,
      trigger: 'adminAction',
      status: 'active',
    })
    expect(then.decision.rows).toEqual([
      { kind: 'due', id: taskId(START + DAY, 'reactivateUser', userIdOf(2)), value: undefined },
    ])
  })

  it('leaves who never set a password invited', async () => {
    const then = await given(
      ...tenantWithAdmin(),
      ...userInvited(2),
      userDeactivated(2, 'temporary', START + DAY),
    ).when(reactivate(2))
    expect(then.event('user.reactivated').data.status).toBe('invited')
  })

  it('heeds the alarm on the date, and no alarm set for an earlier absence', async () => {
    ;(
      await given(...away)
        .after(DAY - 1)
        .when(reactivate(2, 'reactivationDate'))
    ).refuses('user.not_deactivated')
    ;(
      await given(...away)
        .after(DAY)
        .when(reactivate(2, 'reactivationDate'))
    ).emits('user.reactivated')
  })

  it('refuses who is active, gone for good, or not there', async () => {
    ;(await given(...tenantWithAdmin(), ...userActive(2)).when(reactivate(2))).refuses('user.not_deactivated')
    ;(await given(...tenantWithAdmin(), ...userActive(2), userDeactivated(2, 'permanent')).when(reactivate(2))).refuses(
      'user.permanently_deactivated',
    )
    ;(await given(...away).when(reactivate(3))).refuses('resource.not_found')
  })

  it('refuses in a tenant that is not there, or on its way out', async () => {
    ;(await given().when(reactivate(2))).refuses('resource.not_found')
    ;(await given(...away, tenantDeleted()).when(reactivate(2))).refuses('tenant.deleted')
  })
})
