import { describe, expect, it } from 'vitest'
import { EmailAddress } from '#common/email.ts'
import type { UpdateUserProfileInput } from '#domain/user/commands/update-user-profile.ts'
import { tenantDeleted, tenantWithAdmin, userActive, userDeactivated, userInvited } from '../../../../support/facts.ts'
import { given, type Fact } from '../../../../support/given-when-then.ts'
import { emailIndexOf, TENANT, userIdOf } from '../../../../support/subjects.ts'
import { START } from '../../../../support/tools.ts'

const DAY = 86_400_000
const update = (number: number, change: Omit<UpdateUserProfileInput, 'tenantId' | 'userId'>) => ({
  type: 'user.update_profile' as const,
  input: { tenantId: TENANT, userId: userIdOf(number), ...change },
})
const toAddress = (address: string, previous: string) => ({
  email: { address: EmailAddress.parse(address), index: emailIndexOf(address), previousIndex: emailIndexOf(previous) },
})
const claimed = (email: string, number: number) => ({
  kind: 'email' as const,
  id: emailIndexOf(email),
  value: { userId: userIdOf(number) },
})
const emailChanged = (number: number, email: string, at: number): Fact => ({
  aggregateId: userIdOf(number),
  at,
  event: {
    type: 'user.profile_updated',
    data: { userId: userIdOf(number), tenantId: TENANT, updatedFields: ['email'] },
    personal: { email: EmailAddress.parse(email) },
  },
})
const bob = [
  ...tenantWithAdmin(),
  ...userActive(2, { email: 'bob@example.com', displayName: 'Bob', metadata: { a: 1 } }),
]

describe('user.update_profile', () => {
  it('tells what has changed, and nothing else', async () => {
    const then = await given(...bob).when(update(2, { displayName: ' Robert ', role: 'readOnly', metadata: { a: 2 } }))
    expect(then.event('user.profile_updated')).toMatchObject({
      data: {
        userId: userIdOf(2),
        tenantId: TENANT,
        role: 'readOnly',
        updatedFields: ['displayName', 'role', 'metadata'],
      },
      personal: { displayName: 'Robert', metadata: { a: 2 } },
    })
  })

  it('emits nothing when nothing changes', async () => {
    const same = {
      ...toAddress('bob@example.com', 'bob@example.com'),
      displayName: 'Bob ',
      role: 'user' as const,
      metadata: { a: 1 },
    }
    ;(await given(...bob).when(update(2, {}))).emits()
    ;(await given(...bob).when(update(2, same))).emits()
    ;(
      await given(...tenantWithAdmin(), ...userInvited(2)).when(update(2, { displayName: null, metadata: null }))
    ).emits()
  })

  it('clears with null', async () => {
    const then = await given(...bob).when(update(2, { displayName: null, metadata: null }))
    expect(then.event('user.profile_updated')).toEqual({
      type: 'user.profile_updated',
      data: { userId: userIdOf(2), tenantId: TENANT, updatedFields: ['displayName', 'metadata'] },
      personal: {},
    })
  })

  it('moves the claim from the old address to the new one', async () => {
    const then = await given(...bob)
      .with(claimed('bob@example.com', 2))
      .when(update(2, toAddress('new@example.com', 'bob@example.com')))
    expect(then.event('user.profile_updated').personal).toEqual({ email: 'new@example.com' })
    expect(then.decision.rows).toEqual([
      { kind: 'email', id: emailIndexOf('bob@example.com'), value: undefined },
      claimed('new@example.com', 2),
    ])
  })

  it('takes another spelling for the same address: no claim moves, and no wait begins', async () => {
    const spelled = await given(...bob).when(update(2, toAddress('Bob@Example.com', 'bob@example.com')))
    spelled.emits('user.profile_updated')
    expect(spelled.decision.rows).toEqual([])
    const again = await given(...bob, emailChanged(2, 'Bob@Example.com', START)).when(
      update(2, toAddress('new@example.com', 'Bob@Example.com')),
    )
    again.emits('user.profile_updated')
  })

  it('never gives up a claim that is another user’s', async () => {
    const then = await given(...bob)
      .with(claimed('carol@example.com', 3))
      .when(update(2, toAddress('new@example.com', 'carol@example.com')))
    expect(then.decision.rows).toEqual([claimed('new@example.com', 2)])
  })

  it('refuses an address that another user has, in whatever case', async () => {
    const facts = given(...bob).with(claimed('carol@example.com', 3))
    ;(await facts.when(update(2, toAddress('CAROL@example.com', 'bob@example.com')))).refuses('user.already_exists')
  })

  it('lets a user take an address that is claimed for that user already', async () => {
    const facts = given(...bob).with(claimed('new@example.com', 2))
    ;(await facts.when(update(2, toAddress('new@example.com', 'bob@example.com')))).emits('user.profile_updated')
  })

  it('lets an address change once in thirty days', async () => {
    const facts = given(...bob, emailChanged(2, 'new@example.com', START))
    const again = update(2, toAddress('newer@example.com', 'new@example.com'))
    ;(await facts.after(30 * DAY - 1).when(again)).refuses('user.email_change_not_allowed', {
      params: { until: '2026-03-31T12:00:00.000Z' },
    })
    ;(await facts.after(30 * DAY).when(again)).emits('user.profile_updated')
  })

  it('keeps the last admin who can sign in', async () => {
    const demote = update(1, { role: 'user' })
    ;(await given(...tenantWithAdmin()).when(demote)).refuses('user.last_admin')
    ;(await given(...tenantWithAdmin(), ...userInvited(2, { role: 'admin' })).when(demote)).refuses('user.last_admin')
    ;(
      await given(...tenantWithAdmin(), ...userActive(2, { role: 'admin' }), userDeactivated(2, 'temporary')).when(
        demote,
      )
    ).refuses('user.last_admin')
    ;(await given(...tenantWithAdmin(), ...userActive(2, { role: 'admin' })).when(demote)).emits('user.profile_updated')
  })

  it('keeps the only invited admin while there is no other', async () => {
    const [created] = tenantWithAdmin()
    const facts = [...(created ? [created] : []), ...userInvited(1, { role: 'admin' })]
    ;(await given(...facts).when(update(1, { role: 'user' }))).refuses('user.last_admin')
    ;(await given(...facts, ...userInvited(2, { role: 'admin' })).when(update(1, { role: 'user' }))).emits(
      'user.profile_updated',
    )
  })

  it('lets the last admin stay one, and an invited admin be demoted beside an active one', async () => {
    ;(await given(...tenantWithAdmin()).when(update(1, { role: 'admin', displayName: 'Ada' }))).emits(
      'user.profile_updated',
    )
    ;(await given(...tenantWithAdmin(), ...userInvited(2, { role: 'admin' })).when(update(2, { role: 'user' }))).emits(
      'user.profile_updated',
    )
  })

  it('refuses wrong values', async () => {
    ;(await given(...bob).when(update(2, { displayName: '' }))).refusesField(
      '/displayName',
      'user.invalid_display_name',
    )
    ;(await given(...bob).when(update(2, { role: { custom: 'boss' } }))).refusesField('/role', 'user.invalid_role')
    ;(await given(...bob).when(update(2, { metadata: { a: '\u0000' } }))).refusesField(
      '/metadata',
      'validation.invalid_format',
    )
  })

  it('refuses who is not there or deactivated, and a tenant on its way out', async () => {
    ;(await given(...bob).when(update(3, { displayName: 'X' }))).refuses('resource.not_found')
    ;(await given().when(update(2, { displayName: 'X' }))).refuses('resource.not_found')
    ;(await given(...bob, userDeactivated(2, 'temporary')).when(update(2, { displayName: 'X' }))).refuses(
      'user.deactivated',
    )
    ;(await given(...bob, tenantDeleted()).when(update(2, { displayName: 'X' }))).refuses('tenant.deleted')
  })
})
