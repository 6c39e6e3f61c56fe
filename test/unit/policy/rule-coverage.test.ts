import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PERMISSIONS } from '#domain/policy/permissions.ts'
import { createOsoPolicy, type PolicySource } from '#infrastructure/shared/oso-policy.ts'
import { policyFiles } from '../../support/policy-files.ts'
import { decisionCases } from '../../support/policy-table.ts'
import { actionsNamed, rulesOf, rulesWithoutBoundary, withoutRule } from '../../support/polar-rules.ts'

/** Rules only ever allow, so that a rule which is never true can change nothing but an allowed case. */
const allowedCases = decisionCases().filter(({ expected }) => expected)

/** Whether two versions of a policy differ on a recorded decision (G-84). */
async function changesADecision(sources: readonly PolicySource[]): Promise<boolean> {
  const policy = await createOsoPolicy(sources)
  for (const { actor, action, resource } of allowedCases)
    if (!(await policy.decide(actor, action, resource))) return true
  return false
}

describe('the Polar files (G-84)', () => {
  const files = policyFiles()

  it.each(files.flatMap(rulesOf).map((rule) => [`${rule.file} ${rule.head}`, rule] as const))(
    'need their rule %s',
    async (_name, rule) => {
      expect(await changesADecision(withoutRule(files, rule))).toBe(true)
    },
  )

  it('report a rule that no decision needs', async () => {
    const idle = { name: 'rbac/idle.polar', text: 'has_role(actor: Caller, "auditor") if actor.role = "auditor";' }
    const [rule] = rulesOf(idle)
    if (rule === undefined) throw new Error('The idle rule was not read')
    expect(await changesADecision(withoutRule([...files, idle], rule))).toBe(false)
  })

  it('allow nothing across tenants but by the system admin', () => {
    expect(rulesWithoutBoundary(files)).toEqual([])
  })

  it.each([
    'allow(_actor, _action, _resource);',
    'allow(actor: Caller, "user.read", user: User) if has_role(actor, "reader") and user.id = actor.userId;',
    'allow(actor: Caller, "user.read", user: User) if same_tenant(actor, user) or has_role(actor, "admin");',
    'allow(actor: Caller, "user.read", user: User) if same_tenant(actor, actor) and user.id = actor.userId;',
    'allow(actor: Caller, "user.read", _user: User) if system_admin(actor);',
  ])('are refused with the planted rule %s', (text) => {
    expect(rulesWithoutBoundary([...files, { name: 'rbac/planted.polar', text }])).toHaveLength(1)
  })

  it('name every action of the permissions table, and no other', () => {
    expect([...actionsNamed(files)].toSorted()).toEqual(Object.keys(PERMISSIONS).toSorted())
  })

  it('are all shipped by policies/index.ts', () => {
    const index = readFileSync(join(import.meta.dirname, '../../../policies/index.ts'), 'utf8')
    expect([...index.matchAll(/name: '([^']+)'/g)].map((match) => match[1])).toEqual(files.map(({ name }) => name))
  })
})
