import { describe, expect, it } from 'vitest'
import type { Command } from '#domain/writer/command.ts'
import { tenantDeleted, tenantWithAdmin, userActive, userDeactivated, userInvited } from '../../../../support/facts.ts'
import { given } from '../../../../support/given-when-then.ts'
import { invitationIdOf, TENANT, tokenHashOf, userIdOf } from '../../../../support/subjects.ts'
import {
  WriterUnderTest,
  acceptInvitation,
  createTenant,
  registerUser,
  reinvite,
} from '../../../../support/writer-under-test.ts'

const DAY = 86_400_000
const invited = [...tenantWithAdmin(), ...userInvited(2)]
const MAIL = { to: 'user2@example.com', subject: 's', text: 't' }
const withMail = (command: Command): Command =>
  command.type === 'user.reinvite' ? { ...command, input: { ...command.input, mail: MAIL } } : command
const accept = (number: number, token: number): Command => ({
  type: 'user.accept_invitation',
  input: { tenantId: TENANT, userId: userIdOf(number), tokenHash: tokenHashOf(token), passwordHash: 'phc' },
})

describe('user.reinvite', () => {
  it('invites again, for seven days from now', async () => {
    const then = await given(...invited)
      .after(20 * DAY)
      .when(reinvite(2))
    then.emits('user.invited')
    expect(then.event('user.invited').data).toEqual({
      userId: userIdOf(2),
      tenantId: TENANT,
      invitationId: invitationIdOf(102),
      tokenHash: tokenHashOf(102),
      expiresAt: '2026-03-28T12:00:00.000Z',
    })
    expect(then.decision.aggregate).toEqual({ type: 'user', id: userIdOf(2) })
    expect(then.decision.mails).toBeUndefined()
  })

  it('mails the invited, when there is a mail', async () => {
    const then = await given(...invited).when(withMail(reinvite(2)))
    expect(then.decision.mails).toEqual([{ subjectId: userIdOf(2), mail: MAIL }])
  })

  it('ends the invitation before it: only the newest token opens', async () => {
    const writer = await new WriterUnderTest().given(createTenant(), acceptInvitation(1), registerUser(2), reinvite(2))
    expect(await writer.do(accept(2, 2))).toMatchObject({ ok: false, error: { code: 'invitation.not_found' } })
    expect(await writer.do(accept(2, 102))).toMatchObject({ ok: true })
    expect(await writer.do(reinvite(2))).toMatchObject({ ok: false, error: { code: 'invitation.already_used' } })
  })

  it('refuses who has accepted, is away, or is not there', async () => {
    ;(await given(...tenantWithAdmin(), ...userActive(2)).when(reinvite(2))).refuses('invitation.already_used')
    ;(await given(...invited, userDeactivated(2, 'temporary')).when(reinvite(2))).refuses('user.deactivated')
    ;(await given(...invited).when(reinvite(3))).refuses('resource.not_found')
  })

  it('refuses in a tenant that is not there, or on its way out', async () => {
    ;(await given().when(reinvite(2))).refuses('resource.not_found')
    ;(await given(...invited, tenantDeleted()).when(reinvite(2))).refuses('tenant.deleted')
  })
})
