import { describe, expect, it } from 'vitest'
import { Oso } from '#oso'
import { authorize } from '#domain/policy/authorize.ts'
import type { PolicyAction, PolicyActor, PolicyResource } from '#domain/ports/policy.ts'
import { createOsoPolicy } from '#infrastructure/shared/oso-policy.ts'
import { policyFiles, seedPolicy } from '../../support/policy-files.ts'

class User {
  readonly tenant_id: string | undefined
  readonly role: string

  constructor(tenantId: string | undefined, role: string) {
    this.tenant_id = tenantId
    this.role = role
  }
}

class Document {
  readonly tenant_id: string | undefined
  readonly public: boolean
  readonly restricted: boolean

  constructor(tenantId: string | undefined, open: boolean, restricted: boolean) {
    this.tenant_id = tenantId
    this.public = open
    this.restricted = restricted
  }
}

const HAS_ROLE = 'has_role(actor: User, role: String) if actor.role = role;'

/** What the seed's text lacks to load at all: a named wildcard and a definition of has_role. */
const repaired = () => `${seedPolicy().replace('actor: User, action,', 'actor: User, _action,')}\n${HAS_ROLE}`

async function load(text: string): Promise<Oso> {
  const oso = new Oso()
  oso.registerClass(User, { name: 'User' })
  oso.registerClass(Document, { name: 'Document' })
  await oso.loadStr(text)
  return oso
}

const policy = await createOsoPolicy(policyFiles())
const ask = async (actor: PolicyActor, action: PolicyAction, resource: PolicyResource) => {
  const faults: unknown[] = []
  const guarded = await authorize(policy, actor, action, resource, ({ error }) => faults.push(error))
  // By the engine alone as well: the guard in code must not be what hides a hole of the text.
  const alone = await policy.decide(actor, action, resource)
  return { guarded, alone, faults }
}
const DENIED = { guarded: false, alone: false, faults: [] }

describe("the seed's example policy (G-50)", () => {
  it('does not load as written: "action" is named and never used', async () => {
    await expect(load(`${seedPolicy()}\n${HAS_ROLE}`)).rejects.toThrow(/singleton.*action/is)
  })

  it('does not load as written: has_role is nowhere defined', async () => {
    await expect(load(seedPolicy().replace('actor: User, action,', 'actor: User, _action,'))).rejects.toThrow(
      /has_role/,
    )
  })

  it('once repaired lets a user without a role delete; ours does not', async () => {
    const seed = await load(repaired())
    expect(await seed.isAllowed(new User('ten_one', ''), 'delete', new Document('ten_one', false, false))).toBe(true)

    const nobody: PolicyActor = { userId: 'usr_one', tenantId: 'ten_one', role: '', isSystemAdmin: false }
    expect(await ask(nobody, 'tenant.delete', { kind: 'tenant', tenantId: 'ten_one', id: 'ten_one' })).toEqual(DENIED)
    expect(await ask(nobody, 'user.read', { kind: 'user', tenantId: 'ten_one', id: 'usr_one' })).toEqual(DENIED)
  })

  it('once repaired takes two missing tenants for the same one; ours does not', async () => {
    const seed = await load(repaired())
    expect(await seed.isAllowed(new User(undefined, 'admin'), 'delete', new Document(undefined, false, true))).toBe(
      true,
    )

    // Tenants that only untyped data can lack.
    const nowhere = { userId: 'usr_one', role: 'admin', isSystemAdmin: false } as unknown as PolicyActor
    expect(await ask(nowhere, 'user.deactivate', { kind: 'user', id: 'usr_two' } as unknown as PolicyResource)).toEqual(
      DENIED,
    )
  })

  it('once repaired lets a reader read what is restricted; ours opens to a reader nothing but the own', async () => {
    const seed = await load(repaired())
    expect(await seed.isAllowed(new User('ten_one', 'reader'), 'read', new Document('ten_one', true, true))).toBe(true)

    const reader: PolicyActor = { userId: 'usr_one', tenantId: 'ten_one', role: 'readOnly', isSystemAdmin: false }
    expect(await ask(reader, 'user.read', { kind: 'user', tenantId: 'ten_one', id: 'usr_two' })).toEqual(DENIED)
    expect(await ask(reader, 'tenant.read', { kind: 'tenant', tenantId: 'ten_one', id: 'ten_one' })).toEqual(DENIED)
    expect(await ask(reader, 'events.read', { kind: 'eventLog', tenantId: 'ten_one', id: 'ten_one' })).toEqual(DENIED)
  })
})

describe('loading a policy', () => {
  it('refuses a start without any policy', async () => {
    await expect(createOsoPolicy([])).rejects.toThrow('There is no policy to load')
  })

  it('refuses a text that Polar cannot read', async () => {
    await expect(createOsoPolicy([{ name: 'rbac/broken.polar', text: 'allow(' }])).rejects.toThrow()
  })

  it('gives another version to another text, and the same to the same files in another order', async () => {
    const files = policyFiles()
    const changed = [...files, { name: 'rbac/more.polar', text: 'more(1);' }]
    expect((await createOsoPolicy(changed)).version).not.toBe(policy.version)
    expect((await createOsoPolicy(files.toReversed())).version).toBe(policy.version)
  })
})
