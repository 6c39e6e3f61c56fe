import { describe, expect, it } from 'vitest'
import { policyActor } from '#domain/policy/actor.ts'
import { authorize, type PolicyFault } from '#domain/policy/authorize.ts'
import { RequestDecisions } from '#domain/policy/request-decisions.ts'
import { tenantGuard } from '#domain/policy/tenant-guard.ts'
import type { Policy, PolicyAction, PolicyActor, PolicyResource } from '#domain/ports/policy.ts'
import { PLATFORM_TENANT_ID } from '#common/ids.ts'

const admin: PolicyActor = { userId: 'usr_admin', tenantId: 'ten_one', role: 'admin', isSystemAdmin: false }
const ownTenant: PolicyResource = { kind: 'tenant', tenantId: 'ten_one', id: 'ten_one' }
const foreignUser: PolicyResource = { kind: 'user', tenantId: 'ten_two', id: 'usr_admin' }

/** A policy that counts what it is asked, and allows all of it. */
function permissive() {
  const asked: PolicyAction[] = []
  const policy: Policy = {
    version: 'permissive',
    decide: async (_actor, action) => {
      asked.push(action)
      return true
    },
  }
  return { policy, asked }
}

const noFault = (): void => {
  throw new Error('No fault was expected')
}

describe('the tenant guard', () => {
  it('lets an actor reach the own tenant, and a system admin every tenant', () => {
    expect(tenantGuard(admin, ownTenant)).toBe(true)
    expect(tenantGuard(admin, foreignUser)).toBe(false)
    expect(tenantGuard({ ...admin, tenantId: PLATFORM_TENANT_ID, isSystemAdmin: true }, foreignUser)).toBe(true)
  })

  // The types forbid these values; they are what a missing column or claim would leave behind.
  const missing = [undefined, null, '', 0] as unknown as readonly string[]
  it.each(missing)('matches nothing to the missing id %o', (id) => {
    expect(tenantGuard({ ...admin, tenantId: id }, { ...ownTenant, tenantId: id, id })).toBe(false)
    expect(tenantGuard({ ...admin, userId: id }, ownTenant)).toBe(false)
    expect(tenantGuard({ ...admin, role: id }, ownTenant)).toBe(false)
    expect(tenantGuard({ ...admin, isSystemAdmin: true }, { ...ownTenant, tenantId: id })).toBe(false)
    expect(tenantGuard(admin, { kind: 'user', tenantId: 'ten_one', id })).toBe(false)
  })

  it('takes only a real true for a system admin', () => {
    // As above.
    const truthy = { ...admin, isSystemAdmin: 'yes' as unknown as boolean }
    expect(tenantGuard(truthy, foreignUser)).toBe(false)
  })

  it('refuses a tenant that is said to lie in another tenant', () => {
    expect(tenantGuard(admin, { kind: 'tenant', tenantId: 'ten_one', id: 'ten_two' })).toBe(false)
  })
})

describe('authorize', () => {
  it('asks no policy about a foreign resource', async () => {
    const { policy, asked } = permissive()
    expect(await authorize(policy, admin, 'user.read', foreignUser, noFault)).toBe(false)
    expect(asked).toEqual([])
  })

  it('denies an action asked of a resource of another kind', async () => {
    const { policy, asked } = permissive()
    expect(await authorize(policy, admin, 'user.read', ownTenant, noFault)).toBe(false)
    // What no table holds can only come from untyped code.
    for (const action of ['tenant.sell', 'toString', '__proto__'] as unknown as PolicyAction[])
      expect(await authorize(policy, admin, action, ownTenant, noFault)).toBe(false)
    expect(asked).toEqual([])
  })

  it('takes nothing but true for an allow', async () => {
    // An adapter that breaks its types.
    const vague: Policy = { version: 'vague', decide: async () => 'no' as unknown as boolean }
    expect(await authorize(vague, admin, 'tenant.read', ownTenant, noFault)).toBe(false)
  })

  it('denies when the engine fails, and reports the fault', async () => {
    const error = new Error('the engine broke')
    const faults: PolicyFault[] = []
    const report = (fault: PolicyFault) => faults.push(fault)
    const rejects: Policy = { version: 'v1', decide: () => Promise.reject(error) }
    const throws: Policy = {
      version: 'v2',
      decide: () => {
        throw error
      },
    }
    expect(await authorize(rejects, admin, 'tenant.read', ownTenant, report)).toBe(false)
    expect(await authorize(throws, admin, 'tenant.read', ownTenant, report)).toBe(false)
    expect(faults).toEqual([
      { error, action: 'tenant.read', policyVersion: 'v1' },
      { error, action: 'tenant.read', policyVersion: 'v2' },
    ])
  })
})

describe('the decisions of a request', () => {
  it('put the same question to the engine once, even when asked at the same time', async () => {
    const { policy, asked } = permissive()
    const decisions = new RequestDecisions(policy, noFault)
    const ask = () => decisions.allows({ ...admin }, 'tenant.read', { ...ownTenant })
    expect(await Promise.all([ask(), ask()])).toEqual([true, true])
    expect(await ask()).toBe(true)
    expect(asked).toEqual(['tenant.read'])
    expect(decisions.policyVersion).toBe('permissive')
  })

  it('ask again when anything the decision depends on differs', async () => {
    const { policy, asked } = permissive()
    const decisions = new RequestDecisions(policy, noFault)
    const session: PolicyResource = { kind: 'session', tenantId: 'ten_one', id: 'ses_one', ownerId: 'usr_admin' }
    await decisions.allows(admin, 'session.end', session)
    await decisions.allows({ ...admin, role: 'readOnly' }, 'session.end', session)
    await decisions.allows({ ...admin, userId: 'usr_other' }, 'session.end', session)
    await decisions.allows(admin, 'session.end', { ...session, ownerId: 'usr_other' })
    await decisions.allows(admin, 'session.end', { ...session, id: 'ses_two' })
    expect(asked).toHaveLength(5)
  })
})

describe('the actor of the policy', () => {
  const user = { userId: 'usr_one', tenantId: 'ten_one' } as const

  it('is a system admin only as an admin of the platform tenant (G-8)', () => {
    const platform = { ...user, tenantId: PLATFORM_TENANT_ID }
    expect(policyActor({ ...platform, role: 'admin' }).isSystemAdmin).toBe(true)
    expect(policyActor({ ...platform, role: 'user' }).isSystemAdmin).toBe(false)
    expect(policyActor({ ...platform, role: { custom: 'admin' } }).isSystemAdmin).toBe(false)
    expect(policyActor({ ...user, role: 'admin' }).isSystemAdmin).toBe(false)
  })

  it('never takes a role of the tenant for a built-in one', () => {
    expect(policyActor({ ...user, role: { custom: 'admin' } }).role).toBe('custom:admin')
  })
})
