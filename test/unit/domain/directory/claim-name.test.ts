import { describe, expect, it } from 'vitest'
import { claimName } from '#domain/directory/claim-name.ts'
import { newId } from '#domain/new-id.ts'
import { initialTenant, type TenantState } from '#domain/tenant/tenant-state.ts'
import { directoryContract } from '../../../contract/directory.contract.ts'
import { MemoryDirectory } from '../../../support/memory-directory.ts'
import { foundedTenant } from '../../../support/writer-under-test.ts'

const entry = () => ({ tenantId: newId.tenant(), region: 'eu' })

/** A writer that knows one tenant's state, and counts how often it is asked. */
function writerOf(state: TenantState) {
  let asked = 0
  return {
    asked: () => asked,
    tenant: () => {
      asked++
      return Promise.resolve({ state, version: 1, position: 7 })
    },
  }
}

/** The state of a tenant that exists and bears the name. */
async function stateWith(slug: string): Promise<TenantState> {
  const { state } = await (await foundedTenant()).core.tenant()
  return { ...state, slug } as TenantState // a founded tenant has a slug
}

describe('the directory in memory', () => directoryContract(() => new MemoryDirectory()))

describe('claiming a name', () => {
  it('asks no writer for a name that is free, taken, or one’s own', async () => {
    const [directory, writer, mine] = [new MemoryDirectory(), writerOf(initialTenant()), entry()]
    expect(await claimName({ directory, writer }, 'slug', 'orchard', mine)).toBe(true)
    expect(await claimName({ directory, writer }, 'slug', 'orchard', mine)).toBe(true)
    expect(await claimName({ directory, writer }, 'slug', 'orchard', entry())).toBe(false)
    expect(writer.asked()).toBe(0)
  })

  it('takes over a name whose tenant never came to be', async () => {
    const [directory, writer, mine] = [new MemoryDirectory(), writerOf(initialTenant()), entry()]
    await directory.reserve('slug', 'orchard', entry(), -1)
    expect(await claimName({ directory, writer }, 'slug', 'orchard', mine)).toBe(true)
    expect(await directory.confirm('slug', 'orchard', mine, 1)).toBe(true)
  })

  it('gives a tenant that was created the name that nobody had confirmed', async () => {
    const [directory, holder] = [new MemoryDirectory(), entry()]
    const writer = writerOf(await stateWith('orchard'))
    await directory.reserve('slug', 'orchard', holder, -1)
    expect(await claimName({ directory, writer }, 'slug', 'orchard', entry())).toBe(false)
    expect(await directory.find('slug', 'orchard')).toEqual([holder])
  })

  it('takes over a name that its tenant, though it exists, has not taken', async () => {
    const [directory, mine] = [new MemoryDirectory(), entry()]
    const writer = writerOf(await stateWith('another'))
    await directory.reserve('slug', 'orchard', entry(), -1)
    expect(await claimName({ directory, writer }, 'slug', 'orchard', mine)).toBe(true)
  })

  it('goes to one of two that find the same void reservation', async () => {
    const [directory, writer] = [new MemoryDirectory(), writerOf(initialTenant())]
    await directory.reserve('slug', 'orchard', entry(), -1)
    const claims = await Promise.all([
      claimName({ directory, writer }, 'slug', 'orchard', entry()),
      claimName({ directory, writer }, 'slug', 'orchard', entry()),
    ])
    expect(claims.filter(Boolean)).toHaveLength(1)
  })
})
