import { describe, expect, it } from 'vitest'
import { EmailAddress } from '#common/email.ts'
import type { RegisterUserInput } from '#domain/user/commands/register-user.ts'
import {
  tenantCreated,
  tenantDeleted,
  tenantWithAdmin,
  userActive,
  userDeactivated,
  userInvited,
} from '../../../../support/facts.ts'
import { given } from '../../../../support/given-when-then.ts'
import { emailIndexOf, registerInput, settings, TENANT, userIdOf } from '../../../../support/subjects.ts'

const register = (number: number, change: Partial<RegisterUserInput> = {}) => ({
  type: 'user.register' as const,
  input: registerInput(number, change),
})
const claimed = (email: string, number: number) => ({
  kind: 'email' as const,
  id: emailIndexOf(email),
  value: { userId: userIdOf(number) },
})

describe('user.register', () => {
  it('registers and invites, and claims the address', async () => {
    const mail = { to: 'user2@example.com', subject: 's', text: 't' }
    const then = await given(...tenantWithAdmin()).when(
      register(2, { displayName: ' Bob ', metadata: { a: 1 }, mail, role: 'readOnly' }),
    )
    then.emits('user.registered', 'user.invited')
    expect(then.event('user.registered')).toMatchObject({
      data: { userId: userIdOf(2), tenantId: TENANT, role: 'readOnly', registrationSource: 'adminInvite' },
      personal: { email: 'user2@example.com', displayName: 'Bob', metadata: { a: 1 } },
    })
    expect(then.decision).toMatchObject({
      rows: [claimed('user2@example.com', 2)],
      mails: [{ subjectId: userIdOf(2), mail }],
    })
  })

  it('keeps the spelling of the address', async () => {
    const then = await given(...tenantWithAdmin()).when(register(2, { email: EmailAddress.parse('Bob@EXAMPLE.com') }))
    expect(then.event('user.registered').personal).toEqual({ email: 'Bob@EXAMPLE.com' })
  })

  it('refuses an address that another user has, in whatever case', async () => {
    const facts = given(...tenantWithAdmin(), ...userActive(2, { email: 'Bob@example.com' })).with(
      claimed('Bob@example.com', 2),
    )
    for (const email of ['Bob@example.com', 'BOB@EXAMPLE.COM']) {
      ;(await facts.when(register(3, { email: EmailAddress.parse(email) }))).refuses('user.already_exists')
    }
  })

  it('refuses the id of a user who exists, and so cannot reset anybody', async () => {
    const other = { email: EmailAddress.parse('other@example.com') }
    ;(await given(...tenantWithAdmin(), ...userActive(2)).when(register(2, other))).refuses('user.already_exists')
  })

  it('gives out seats up to the tenant’s own limit', async () => {
    const facts = [...tenantWithAdmin({ settings: settings({ maxUsers: 3 }) }), ...userInvited(2)]
    ;(await given(...facts).when(register(3))).emits('user.registered', 'user.invited')
    ;(await given(...facts, ...userActive(3)).when(register(4))).refuses('user.quota_exceeded', { params: { max: 3 } })
  })

  it('leaves the seat with the temporarily deactivated, and takes it from the permanently deactivated', async () => {
    const full = [...tenantWithAdmin({ settings: settings({ maxUsers: 2 }) }), ...userActive(2)]
    ;(await given(...full, userDeactivated(2, 'temporary')).when(register(3))).refuses('user.quota_exceeded')
    ;(await given(...full, userDeactivated(2, 'permanent')).when(register(3))).emits('user.registered', 'user.invited')
  })

  it('gives out no more seats than the plan has', async () => {
    const roster = (users: number) => ({
      kind: 'roster' as const,
      id: TENANT,
      value: { users, activeUsers: users, activeAdmins: 1, invitedAdmins: 0 },
    })
    const facts = given(...tenantWithAdmin({ plan: 'free', settings: settings({ maxUsers: 1_000 }) }))
    ;(await facts.with(roster(999)).when(register(2))).emits('user.registered', 'user.invited')
    ;(await facts.with(roster(1_000)).when(register(2))).refuses('user.quota_exceeded', { params: { max: 1_000 } })
  })

  it.each([
    ['nothing', ''],
    ['spaces', '  '],
    ['101 letters', 'a'.repeat(101)],
    ['a control character', 'a\tb'],
    ['half a surrogate pair', '\udc00'],
  ])('refuses a display name of %s', async (_what, displayName) => {
    ;(await given(...tenantWithAdmin()).when(register(2, { displayName }))).refusesField(
      '/displayName',
      'user.invalid_display_name',
    )
  })

  it.each(['a', '😀'.repeat(100), 'e\u0301'.repeat(100)])('takes the display name %s', async (displayName) => {
    const then = await given(...tenantWithAdmin()).when(register(2, { displayName }))
    expect(then.event('user.registered').personal?.displayName).toBe(displayName.normalize('NFC'))
  })

  it('refuses a role that nobody has defined', async () => {
    ;(await given(...tenantWithAdmin()).when(register(2, { role: { custom: 'admin' } }))).refusesField(
      '/role',
      'user.invalid_role',
    )
  })

  it('refuses metadata that no store could give back', async () => {
    ;(await given(...tenantWithAdmin()).when(register(2, { metadata: { a: '\ud800' } }))).refusesField(
      '/metadata',
      'validation.invalid_format',
    )
  })

  it('refuses a tenant that is not there, or on its way out', async () => {
    ;(await given().when(register(2))).refuses('resource.not_found')
    ;(await given(tenantCreated(), tenantDeleted()).when(register(2))).refuses('tenant.deleted')
  })
})
