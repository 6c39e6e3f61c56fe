import { describe, expect, it } from 'vitest'
import type { Json } from '#common/json.ts'
import type { CreateTenantInput } from '#domain/tenant/commands/create-tenant.ts'
import { tenantCreated, tenantDeleted } from '../../../../support/facts.ts'
import { given } from '../../../../support/given-when-then.ts'
import {
  ADMIN,
  createInput,
  emailIndexOf,
  invitationIdOf,
  settings,
  TENANT,
  tokenHashOf,
} from '../../../../support/subjects.ts'

const create = (change: Partial<CreateTenantInput> = {}) => ({
  type: 'tenant.create' as const,
  input: createInput(change),
})

describe('tenant.create', () => {
  it('makes the tenant, its admin and the admin’s invitation in one decision', async () => {
    const then = await given().when(create())
    then.emits('tenant.created', 'user.registered', 'user.invited')
    expect(then.event('tenant.created')).toMatchObject({
      data: { tenantId: TENANT, name: 'Acme', slug: 'acme', adminUserId: ADMIN },
      personal: { adminEmail: 'Ada@Example.com' },
    })
    expect(then.event('user.registered').data).toMatchObject({ role: 'admin', registrationSource: 'adminInvite' })
    expect(then.event('user.invited').data).toMatchObject({
      invitationId: invitationIdOf(1),
      tokenHash: tokenHashOf(1),
      expiresAt: '2026-03-08T12:00:00.000Z',
    })
    expect(then.decision).toMatchObject({
      aggregate: { type: 'tenant', id: TENANT },
      rows: [{ kind: 'email', id: emailIndexOf('ada@example.com'), value: { userId: ADMIN } }],
    })
  })

  it('seals the admin’s address under the admin’s key, and never under the tenant’s', async () => {
    const { decision } = await given().when(create())
    expect(decision.events[0]).toMatchObject({ aggregateId: TENANT, subjectId: ADMIN })
  })

  it('tells the metadata in an event of the tenant’s own', async () => {
    const then = await given().when(create({ metadata: { colour: 'blue' } }))
    then.emits('tenant.created', 'tenant.updated', 'user.registered', 'user.invited')
    expect(then.event('tenant.updated')).toMatchObject({
      data: { updatedFields: ['metadata'] },
      personal: { metadata: { colour: 'blue' } },
    })
  })

  it('keeps the mail for the admin', async () => {
    const mail = { to: 'Ada@Example.com', subject: 'Welcome', text: 'Token' }
    expect((await given().when(create({ mail }))).decision.mails).toEqual([{ subjectId: ADMIN, mail }])
  })

  it('refuses an id that is taken, even by a deleted tenant', async () => {
    ;(await given(tenantCreated()).when(create())).refuses('tenant.already_exists')
    ;(await given(tenantCreated(), tenantDeleted()).when(create())).refuses('tenant.already_exists')
  })

  const combined = 'e\u0301'
  const family = '👩\u200d👩\u200d👧'
  it.each([
    ['three letters', 'abc'],
    ['fifty letters', 'a'.repeat(50)],
    ['fifty composed letters written as a hundred code points', combined.repeat(50)],
    ['fifty emoji, which are a hundred code units', '😀'.repeat(50)],
    ['three code points in one visible sign', '👩\u200d👧'],
    ['fifty letters within spaces', ` ${'a'.repeat(50)} \u00a0`],
  ])('takes a name of %s', async (_what, name) => {
    const then = await given().when(create({ name }))
    expect(then.event('tenant.created').data.name).toBe(name.normalize('NFC').trim())
  })

  it.each([
    ['nothing', ''],
    ['spaces', '     '],
    ['two letters', 'ab'],
    ['two letters within spaces', '  ab  '],
    ['two composed letters written as four code points', combined.repeat(2)],
    ['two emoji, which are four code units', '😀😀'],
    ['fifty-one letters', 'a'.repeat(51)],
    ['fifty-one emoji', '😀'.repeat(51)],
    ['fifty-five code points in eleven visible signs', family.repeat(11)],
    ['a line break', 'ab\ncd'],
    ['a null', 'ab\u0000cd'],
    ['half a surrogate pair', 'abc\ud83d'],
  ])('refuses a name of %s', async (_what, name) => {
    ;(await given().when(create({ name }))).refusesField('/name', 'tenant.invalid_name')
  })

  it.each([
    ['/settings/features', { features: ['time-travel'] }],
    ['/settings/maxUsers', { maxUsers: 1_001 }],
    ['/settings/allowedAuthMethods', { allowedAuthMethods: ['totp', { oauth: 'google' }] }],
    ['/settings/securityPolicy/requireMfa', { securityPolicy: { requireMfa: true } }],
  ])('refuses settings this version cannot keep: %s', async (pointer, change) => {
    ;(await given().when(create({ settings: settings(change) }))).refusesField(pointer, 'tenant.invalid_settings')
  })

  it('gives each plan its own number of seats', async () => {
    const maxUsersOf = (maxUsers: number) => settings({ maxUsers })
    ;(await given().when(create({ settings: maxUsersOf(1_000) }))).emits(
      'tenant.created',
      'user.registered',
      'user.invited',
    )
    const professional = { subscriptionPlan: 'professional' } as const
    expect((await given().when(create({ ...professional, settings: maxUsersOf(100_000) }))).outcome.ok).toBe(true)
    ;(await given().when(create({ ...professional, settings: maxUsersOf(100_001) }))).refusesField(
      '/settings/maxUsers',
      'tenant.invalid_settings',
    )
    const custom = { subscriptionPlan: { custom: 'gold' } } as const
    expect((await given().when(create({ ...custom, settings: maxUsersOf(1_000_000) }))).outcome.ok).toBe(true)
  })

  it('says the first fault when there are several', async () => {
    ;(await given().when(create({ name: 'x', settings: settings({ features: ['x'] }) }))).refusesField(
      '/name',
      'tenant.invalid_name',
    )
  })

  it.each<[string, Json]>([
    ['a null character', { a: 'x\u0000' }],
    ['half a surrogate pair', { a: ['\ud800'] }],
    ['an infinite number', { a: JSON.parse('1e999') as Json }],
    ['a name over 128 characters', { ['k'.repeat(129)]: 1 }],
  ])('refuses metadata that no store could give back: %s', async (_what, metadata) => {
    const { input } = create()
    const then = await given().when({
      type: 'tenant.create',
      input: { ...input, metadata: metadata as { readonly [key: string]: Json } },
    }) // objects all
    then.refusesField('/metadata', 'validation.invalid_format')
  })
})
