import { beforeAll, describe, expect, it } from 'vitest'
import type { Policy, PolicyActor, PolicyResource } from '#domain/ports/policy.ts'
import { decisionCases } from '../support/policy-table.ts'

/** What every adapter of the `Policy` port does by itself, without the guard that stands before it. */
export function policyContract(load: () => Promise<Policy>): void {
  describe('Policy', () => {
    let policy: Policy
    beforeAll(async () => {
      policy = await load()
    })

    it('decides every action for every actor and resource as the table expects', async () => {
      const wrong: string[] = []
      for (const { name, actor, action, resource, expected } of decisionCases())
        if ((await policy.decide(actor, action, resource)) !== expected) wrong.push(name)
      expect(wrong).toEqual([])
    })

    it('decides alike when everything is asked at once', async () => {
      const cases = decisionCases()
      const decided = await Promise.all(cases.map((one) => policy.decide(one.actor, one.action, one.resource)))
      expect(decided).toEqual(cases.map((one) => one.expected))
    })

    it('never takes two missing tenants for the same one', async () => {
      // The types forbid a missing tenant; data that came from outside may lack one all the same.
      const nowhere = { userId: 'usr_admin', role: 'admin', isSystemAdmin: false } as PolicyActor
      const lost = { kind: 'tenant', id: 'ten_one' } as PolicyResource
      expect(await policy.decide(nowhere, 'tenant.delete', lost)).toBe(false)
      expect(await policy.decide({ ...nowhere, tenantId: '' }, 'tenant.delete', { ...lost, tenantId: '' })).toBe(false)
    })

    it('takes only a real true for a system admin', async () => {
      // As above: what a careless caller could hand over.
      const truthy = {
        userId: 'usr_x',
        tenantId: 'ten_one',
        role: 'admin',
        isSystemAdmin: 'false' as unknown as boolean,
      }
      const directory: PolicyResource = { kind: 'tenantDirectory', tenantId: 'ten_one', id: 'ten_one' }
      expect(await policy.decide(truthy, 'tenant.create', directory)).toBe(false)
    })

    it('names the same text by the same version', async () => {
      expect(policy.version).toMatch(/^[0-9a-f]{16}$/)
      expect((await load()).version).toBe(policy.version)
    })
  })
}
