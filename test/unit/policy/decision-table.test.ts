import { describe, expect, it } from 'vitest'
import { authorize } from '#domain/policy/authorize.ts'
import { PERMISSIONS } from '#domain/policy/permissions.ts'
import { createOsoPolicy } from '#infrastructure/shared/oso-policy.ts'
import { policyFiles } from '../../support/policy-files.ts'
import { decisionCases, EXPECTED } from '../../support/policy-table.ts'

const policy = await createOsoPolicy(policyFiles())
const failOnFault = ({ error }: { error: unknown }): never => {
  throw error
}

describe('guard and policy together', () => {
  it('have an expectation for every action', () => {
    expect(Object.keys(EXPECTED)).toEqual(Object.keys(PERMISSIONS))
  })

  it.each(decisionCases().map((one) => [one.expected ? 'allow' : 'deny', one.name, one] as const))(
    '%s: %s',
    async (_word, _name, { actor, action, resource, expected }) => {
      expect(await authorize(policy, actor, action, resource, failOnFault)).toBe(expected)
    },
  )
})
