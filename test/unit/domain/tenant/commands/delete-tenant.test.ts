import { describe, expect, it } from 'vitest'
import { PLATFORM_TENANT_ID } from '#common/ids.ts'
import type { DeleteTenantInput } from '#domain/tenant/commands/delete-tenant.ts'
import {
  tenantCreated,
  tenantDeleted,
  tenantWithAdmin,
  userActive,
  userDeactivated,
  userInvited,
} from '../../../../support/facts.ts'
import { given } from '../../../../support/given-when-then.ts'
import { TENANT } from '../../../../support/subjects.ts'

const remove = (change: Partial<DeleteTenantInput> = {}) => ({
  type: 'tenant.delete' as const,
  input: { tenantId: TENANT, deletionReason: 'userRequested' as const, ...change },
})

describe('tenant.delete', () => {
  it('deletes a tenant whose only user is its admin, and keeps its data for 90 days unless told otherwise', async () => {
    const then = await given(...tenantWithAdmin()).when(remove())
    expect(then.event('tenant.deleted').data).toEqual({
      tenantId: TENANT,
      deletionReason: 'userRequested',
      dataRetentionPeriod: 'P90D',
    })
  })

  it.each([
    ['30d', 'P30D'],
    ['P30D', 'P30D'],
    ['720h', 'P30D'],
    ['365d', 'P365D'],
  ])('keeps the data for %s', async (dataRetentionPeriod, written) => {
    const then = await given(...tenantWithAdmin()).when(remove({ dataRetentionPeriod }))
    expect(then.event('tenant.deleted').data.dataRetentionPeriod).toBe(written)
  })

  it.each(['29d', 'P29DT23H59M59S', '366d', 'P365DT1S', '0d', '', 'forever', '-30d'])(
    'refuses to keep the data for %j',
    async (dataRetentionPeriod) => {
      ;(await given(...tenantWithAdmin()).when(remove({ dataRetentionPeriod }))).refusesField(
        '/dataRetentionPeriod',
        'tenant.invalid_retention_period',
      )
    },
  )

  it('refuses while others are active or invited, but not for those who are deactivated', async () => {
    const facts = [...tenantWithAdmin(), ...userActive(2), ...userInvited(3)]
    ;(await given(...facts).when(remove())).refuses('tenant.has_active_users', { params: { count: 2 } })
    ;(await given(...facts, userDeactivated(2, 'temporary')).when(remove())).refuses('tenant.has_active_users', {
      params: { count: 1 },
    })
    ;(await given(...facts, userDeactivated(2, 'temporary'), userDeactivated(3, 'permanent')).when(remove())).emits(
      'tenant.deleted',
    )
  })

  it('counts a second admin among the others, and an invited admin as the last one', async () => {
    ;(await given(...tenantWithAdmin(), ...userActive(2, { role: 'admin' })).when(remove())).refuses(
      'tenant.has_active_users',
    )
    ;(await given(tenantCreated(), ...userInvited(1, { role: 'admin' })).when(remove())).emits('tenant.deleted')
    ;(await given(tenantCreated(), ...userInvited(2)).when(remove())).refuses('tenant.has_active_users')
  })

  it.each(['professional', 'enterprise', { custom: 'gold' }] as const)(
    'refuses while a %o subscription runs',
    async (plan) => {
      ;(await given(...tenantWithAdmin({ plan })).when(remove())).refuses('tenant.active_subscription_exists')
    },
  )

  it('obeys a system admin who gives a reason, and tells it', async () => {
    const forced = remove({ forcedBecause: 'court order 7', deletionReason: { other: 'court order' } })
    const then = await given(...tenantWithAdmin({ plan: 'enterprise' }), ...userActive(2)).when(forced)
    expect(then.event('tenant.deleted').data).toMatchObject({
      forcedBecause: 'court order 7',
      deletionReason: { other: 'court order' },
    })
    ;(await given(...tenantWithAdmin()).when(remove({ forcedBecause: 'x', dataRetentionPeriod: '1d' }))).refusesField(
      '/dataRetentionPeriod',
      'tenant.invalid_retention_period',
    )
  })

  it('refuses a tenant that is not there, or deleted already', async () => {
    ;(await given().when(remove())).refuses('resource.not_found')
    ;(await given(...tenantWithAdmin(), tenantDeleted()).when(remove())).refuses('tenant.deleted')
  })

  it('never deletes the platform tenant, not even by force', async () => {
    const created = tenantCreated()
    const platform = { kind: 'tenant' as const, id: PLATFORM_TENANT_ID, value: { ...platformState(created) } }
    for (const force of [{}, { forcedBecause: 'because' }]) {
      ;(
        await given()
          .with(platform)
          .when(remove({ tenantId: PLATFORM_TENANT_ID, ...force }))
      ).refuses('tenant.platform_protected')
    }
  })
})

function platformState({ event }: ReturnType<typeof tenantCreated>) {
  if (event.type !== 'tenant.created') throw new Error('a tenant was expected')
  const timestamp = '2026-01-01T00:00:00.000Z'
  return {
    status: 'active' as const,
    ...event.data,
    tenantId: PLATFORM_TENANT_ID,
    adminEmail: '',
    createdAt: timestamp,
    updatedAt: timestamp,
  }
}
