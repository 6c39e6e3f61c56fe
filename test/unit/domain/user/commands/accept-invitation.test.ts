import { describe, expect, it } from 'vitest'
import type { AcceptInvitationInput } from '#domain/user/commands/accept-invitation.ts'
import { tenantDeleted, tenantWithAdmin, userActive, userDeactivated, userInvited } from '../../../../support/facts.ts'
import { given } from '../../../../support/given-when-then.ts'
import { TENANT, tokenHashOf, userIdOf } from '../../../../support/subjects.ts'

const DAY = 86_400_000
const acceptance = (number: number, change: Partial<AcceptInvitationInput> = {}) => ({
  type: 'user.accept_invitation' as const,
  input: { tenantId: TENANT, userId: userIdOf(number), tokenHash: tokenHashOf(number), passwordHash: 'phc', ...change },
})
const invited = [...tenantWithAdmin(), ...userInvited(2)]

describe('user.accept_invitation', () => {
  it('sets the first password, beside the log', async () => {
    const then = await given(...invited).when(acceptance(2))
    then.emits('user.invitation_accepted', 'user.password_set')
    expect(then.decision.rows).toEqual([{ kind: 'credential', id: userIdOf(2), value: { passwordHash: 'phc' } }])
    expect(JSON.stringify(then.events)).not.toContain('phc')
  })

  it('takes the name the user gives', async () => {
    const then = await given(...invited).when(acceptance(2, { displayName: ' Bob ' }))
    expect(then.event('user.invitation_accepted').personal).toEqual({ displayName: 'Bob' })
    ;(await given(...invited).when(acceptance(2, { displayName: '' }))).refusesField(
      '/displayName',
      'user.invalid_display_name',
    )
  })

  it('is open for seven days', async () => {
    ;(
      await given(...invited)
        .after(7 * DAY - 1)
        .when(acceptance(2))
    ).emits('user.invitation_accepted', 'user.password_set')
    ;(
      await given(...invited)
        .after(7 * DAY)
        .when(acceptance(2))
    ).refuses('invitation.expired')
  })

  it('can be used once, and says so to who holds the token', async () => {
    const used = [...tenantWithAdmin(), ...userActive(2)]
    ;(await given(...used).when(acceptance(2))).refuses('invitation.already_used')
    ;(await given(...used).when(acceptance(2, { tokenHash: tokenHashOf(9) }))).refuses('invitation.not_found')
    ;(await given(...used, userDeactivated(2, 'permanent')).when(acceptance(2))).refuses('invitation.already_used')
  })

  it('opens for its own token and user only', async () => {
    ;(await given(...invited).when(acceptance(2, { tokenHash: tokenHashOf(1) }))).refuses('invitation.not_found')
    ;(await given(...invited).when(acceptance(3))).refuses('invitation.not_found')
    ;(await given(...invited).when(acceptance(2, { tokenHash: '' }))).refuses('invitation.not_found')
  })

  it('is closed while its user is deactivated, and in a tenant that is gone', async () => {
    ;(await given(...invited, userDeactivated(2, 'temporary')).when(acceptance(2))).refuses('invitation.not_found')
    ;(await given(...invited, tenantDeleted()).when(acceptance(2))).refuses('invitation.not_found')
    ;(await given().when(acceptance(2))).refuses('invitation.not_found')
  })
})
