import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Policy, PolicyActor, PolicyResource } from '#domain/ports/policy.ts'
import { PERMISSIONS, type PolicyAction } from '#domain/policy/permissions.ts'
import { createOsoPolicy } from '#infrastructure/shared/oso-policy.ts'
import { dependsOnPatternsOnly, rememberDecisions } from '#infrastructure/shared/remembered-decisions.ts'
import { policyFiles } from '../../support/policy-files.ts'

const engine = await createOsoPolicy(policyFiles())

/** The engine, and how often it was asked. */
function counted(): { readonly policy: Policy; readonly asked: () => number } {
  let asked = 0
  const policy: Policy = {
    version: engine.version,
    decide: (...question) => {
      asked++
      return engine.decide(...question)
    },
  }
  return { policy, asked: () => asked }
}

const actor: PolicyActor = { userId: 'usr_a', tenantId: 'ten_a', role: 'user', isSystemAdmin: false }
const self: PolicyResource = { kind: 'user', tenantId: 'ten_a', id: 'usr_a' }

describe('remembered decisions', () => {
  let counter: ReturnType<typeof counted>
  let remembered: Policy
  beforeEach(() => {
    counter = counted()
    remembered = rememberDecisions(counter.policy, policyFiles())
  })

  it('are the engine’s own, whoever asks for what', async () => {
    const id = fc.constantFrom('', 'usr_a', 'usr_b', 'ten_a', 'ten_b', 'ses_a', 'admin', 'user.read')
    const question = fc.record({
      actor: fc.record({
        userId: id,
        tenantId: id,
        role: fc.constantFrom('admin', 'user', 'readOnly', 'custom:admin', ''),
        isSystemAdmin: fc.boolean(),
      }),
      action: fc.constantFrom(...(Object.keys(PERMISSIONS) as PolicyAction[])), // the keys of that table
      resource: fc.record({
        kind: fc.constantFrom(...Object.values(PERMISSIONS)),
        tenantId: id,
        id,
        ownerId: fc.option(id, { nil: undefined }),
      }),
    })
    await fc.assert(
      fc.asyncProperty(question, async ({ actor: who, action, resource: { ownerId, ...rest } }) => {
        const resource = { ...rest, ...(ownerId !== undefined && { ownerId }) }
        expect(await remembered.decide(who, action, resource)).toBe(await engine.decide(who, action, resource))
      }),
      { numRuns: 2_000 },
    )
  })

  it('ask the engine once for questions of one pattern', async () => {
    expect(await remembered.decide(actor, 'user.read', self)).toBe(true)
    const other = { ...actor, userId: 'usr_z', tenantId: 'ten_z' }
    expect(await remembered.decide(other, 'user.read', { kind: 'user', tenantId: 'ten_z', id: 'usr_z' })).toBe(true)
    expect(counter.asked()).toBe(1)
  })

  it('ask it anew when the ids are related in another way, or the role is another', async () => {
    expect(await remembered.decide(actor, 'user.read', self)).toBe(true)
    expect(await remembered.decide(actor, 'user.read', { ...self, id: 'usr_b' })).toBe(false)
    expect(await remembered.decide(actor, 'user.read', { ...self, tenantId: 'ten_b' })).toBe(false)
    expect(await remembered.decide({ ...actor, role: '' }, 'user.read', self)).toBe(false)
    expect(counter.asked()).toBe(4)
  })

  it('do not hold for an id that the policy names, nor for a question with something missing', async () => {
    const named = { ...actor, userId: 'admin' }
    const lost = { ...actor, tenantId: undefined as unknown as string } // what a careless caller could hand over
    for (const who of [named, named, lost, lost]) await remembered.decide(who, 'user.read', self)
    expect(counter.asked()).toBe(4)
  })

  it('are not kept when the engine fails', async () => {
    const failing = rememberDecisions(
      { version: 'x', decide: () => Promise.reject(new Error('no answer')) },
      policyFiles(),
    )
    await expect(failing.decide(actor, 'user.read', self)).rejects.toThrow('no answer')
    await expect(failing.decide(actor, 'user.read', self)).rejects.toThrow('no answer')
  })
})

describe('a policy text', () => {
  it('decides by patterns only, as the product’s own does', () => {
    expect(dependsOnPatternsOnly(policyFiles())).toBe(true)
  })

  it.each([
    'allow(actor: Caller, "user.read", user: User) if user.id.startsWith("usr_a");',
    'allow(actor: Caller, _action, _user: User) if actor.role in ["admin"];',
    'allow(actor: Caller, _action, user: User) if actor.userId < user.id;',
    'allow(actor: Caller, _action, _user: User) if not actor.role = "user";',
    'allow(actor: Caller, _action, _user: User) if actor.age = 18;',
    'allow(actor: Caller, _action, _user: User) if actor.role = "a#b" and actor.age = 18;',
    String.raw`allow(actor: Caller, _action, _user: User) if actor.userId = "usr\u005fa";`,
  ])('that says more is asked every time: %s', async (text) => {
    const { policy, asked } = counted()
    const source = { name: 'rbac/more.polar', text }
    expect(dependsOnPatternsOnly([source])).toBe(false)
    const remembered = rememberDecisions(policy, [...policyFiles(), source])
    await remembered.decide(actor, 'user.read', self)
    await remembered.decide(actor, 'user.read', self)
    expect(asked()).toBe(2)
  })
})
