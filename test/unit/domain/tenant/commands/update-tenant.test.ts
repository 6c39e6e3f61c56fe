import { describe, expect, it } from 'vitest'
import type { UpdateTenantInput } from '#domain/tenant/commands/update-tenant.ts'
import {
  tenantCreated,
  tenantDeleted,
  tenantDescribed,
  tenantWithAdmin,
  userActive,
  userDeactivated,
  userInvited,
} from '../../../../support/facts.ts'
import { given } from '../../../../support/given-when-then.ts'
import { settings, TENANT } from '../../../../support/subjects.ts'

const update = (change: Omit<UpdateTenantInput, 'tenantId'>) => ({
  type: 'tenant.update' as const,
  input: { tenantId: TENANT, ...change },
})

describe('tenant.update', () => {
  it('tells what has changed, and nothing else', async () => {
    const then = await given(tenantCreated()).when(update({ name: ' Acme II ', subscriptionPlan: 'professional' }))
    const { data, personal } = then.event('tenant.updated')
    expect(data).toEqual({
      tenantId: TENANT,
      name: 'Acme II',
      subscriptionPlan: 'professional',
      updatedFields: ['name', 'subscriptionPlan'],
    })
    expect(personal).toBeUndefined()
  })

  it('emits nothing when nothing changes', async () => {
    const facts = [tenantCreated(), tenantDescribed({ a: 1, b: [2] })]
    const same = update({ name: ' Acme', subscriptionPlan: 'free', settings: settings(), metadata: { b: [2], a: 1 } })
    for (const command of [update({}), same]) {
      const then = await given(...facts).when(command)
      then.emits()
      expect(then.decision.aggregate).toEqual({ type: 'tenant', id: TENANT })
    }
  })

  it('clears metadata with null, once', async () => {
    const described = given(tenantCreated(), tenantDescribed({ a: 1 }))
    expect((await described.when(update({ metadata: null }))).event('tenant.updated')).toEqual({
      type: 'tenant.updated',
      data: { tenantId: TENANT, updatedFields: ['metadata'] },
      personal: {},
    })
    ;(await given(tenantCreated()).when(update({ metadata: null }))).emits()
  })

  it('keeps empty metadata apart from none', async () => {
    const then = await given(tenantCreated()).when(update({ metadata: {} }))
    expect(then.event('tenant.updated').personal).toEqual({ metadata: {} })
  })

  it('refuses metadata that no store could give back', async () => {
    ;(await given(tenantCreated()).when(update({ metadata: { a: '\u0000' } }))).refusesField(
      '/metadata',
      'validation.invalid_format',
    )
  })

  it('refuses a tenant that is not there, or on its way out', async () => {
    ;(await given().when(update({ name: 'Other' }))).refuses('resource.not_found')
    ;(await given(tenantCreated(), tenantDeleted()).when(update({ name: 'Other' }))).refuses('tenant.deleted')
  })

  it('refuses a wrong name or settings', async () => {
    ;(await given(tenantCreated()).when(update({ name: 'ab' }))).refusesField('/name', 'tenant.invalid_name')
    ;(await given(tenantCreated()).when(update({ settings: settings({ features: ['x'] }) }))).refusesField(
      '/settings/features',
      'tenant.invalid_settings',
    )
  })

  const three = [...tenantWithAdmin(), ...userActive(2), ...userInvited(3)]

  it('refuses fewer seats than are held, by the invited and the temporarily deactivated too', async () => {
    const seats = (maxUsers: number) => update({ settings: settings({ maxUsers }) })
    ;(await given(...three).when(seats(2))).refuses('tenant.invalid_settings_transition', {
      params: { from: 100, to: 2 },
    })
    ;(await given(...three, userDeactivated(2, 'temporary')).when(seats(2))).refuses(
      'tenant.invalid_settings_transition',
    )
    ;(await given(...three).when(seats(3))).emits('tenant.updated')
    ;(await given(...three, userDeactivated(2, 'permanent')).when(seats(2))).emits('tenant.updated')
  })

  it('refuses a lower plan while more users hold a seat than it has', async () => {
    const large = tenantWithAdmin({ plan: 'professional', settings: settings({ maxUsers: 5_000 }) })
    const roster = { kind: 'roster' as const, id: TENANT }
    const full = { users: 1_001, activeUsers: 1, activeAdmins: 1, invitedAdmins: 0 }
    const down = update({ subscriptionPlan: 'free', settings: settings({ maxUsers: 1_000 }) })
    ;(
      await given(...large)
        .with({ ...roster, value: full })
        .when(down)
    ).refuses('tenant.downgrade_not_possible', { params: { max: 1_000 } })
    ;(
      await given(...large)
        .with({ ...roster, value: { ...full, users: 1_000 } })
        .when(down)
    ).emits('tenant.updated')
  })

  it('refuses a lower plan that the settings in force do not fit', async () => {
    const large = tenantWithAdmin({ plan: 'enterprise', settings: settings({ maxUsers: 5_000 }) })
    ;(await given(...large).when(update({ subscriptionPlan: 'free' }))).refusesField(
      '/settings/maxUsers',
      'tenant.invalid_settings',
    )
  })

  it('takes features in any order for the same set', async () => {
    const withFeatures = tenantCreated({ settings: settings({ features: ['sso', 'audit'] }) })
    ;(await given(withFeatures).when(update({ settings: settings({ features: ['audit', 'sso', 'audit'] }) }))).emits()
  })
})
