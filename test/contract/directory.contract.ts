import { describe, expect, it } from 'vitest'
import { newId } from '#domain/new-id.ts'
import type { Directory } from '#domain/ports/directory.ts'

const LEASE = 60_000

/** What every adapter of `Directory` does. Each test has names of its own. */
export function directoryContract(open: () => Directory): void {
  const entry = () => ({ tenantId: newId.tenant(), region: 'eu' })
  const name = () => `name-${newId.request().slice(4)}`

  describe('Directory', () => {
    it('finds a name once it is confirmed, not while it is reserved', async () => {
      const [directory, mine, key] = [open(), entry(), name()]
      expect(await directory.find('slug', key)).toEqual([])
      expect(await directory.reserve('slug', key, mine, LEASE)).toBe(true)
      expect(await directory.find('slug', key)).toEqual([])
      await directory.confirm('slug', key, mine)
      await directory.confirm('slug', key, mine)
      expect(await directory.find('slug', key)).toEqual([mine])
    })

    it('gives a name to one of many tenants that ask at once', async () => {
      const [directory, key] = [open(), name()]
      const got = await Promise.all(Array.from({ length: 20 }, () => directory.reserve('slug', key, entry(), LEASE)))
      expect(got.filter(Boolean)).toHaveLength(1)
    })

    it('gives a name to the tenant that has it already, and to no other', async () => {
      const [directory, mine, other, key] = [open(), entry(), entry(), name()]
      await directory.reserve('slug', key, mine, LEASE)
      expect(await directory.reserve('slug', key, mine, LEASE)).toBe(true)
      expect(await directory.reserve('slug', key, other, LEASE)).toBe(false)
      await directory.confirm('slug', key, mine)
      expect(await directory.reserve('slug', key, mine, LEASE)).toBe(true)
      expect(await directory.find('slug', key)).toEqual([mine])
      expect(await directory.reserve('slug', key, other, LEASE)).toBe(false)
    })

    it('gives a name away when its reservation has run out', async () => {
      const [directory, mine, other, key] = [open(), entry(), entry(), name()]
      await directory.reserve('slug', key, mine, -1)
      expect(await directory.reserve('slug', key, other, LEASE)).toBe(true)
      await directory.confirm('slug', key, other)
      expect(await directory.find('slug', key)).toEqual([other])
    })

    it('never confirms a name that another tenant has got meanwhile', async () => {
      const [directory, mine, other, key] = [open(), entry(), entry(), name()]
      await directory.reserve('slug', key, mine, -1)
      await directory.reserve('slug', key, other, LEASE)
      await expect(directory.confirm('slug', key, mine)).rejects.toThrow('reserved')
      await directory.confirm('slug', key, other)
      expect(await directory.find('slug', key)).toEqual([other])
    })

    it('takes a name back from the tenant that has it alone', async () => {
      const [directory, mine, other, key] = [open(), entry(), entry(), name()]
      await directory.reserve('customDomain', key, mine, LEASE)
      await directory.confirm('customDomain', key, mine)
      await directory.release('customDomain', key, other.tenantId)
      expect(await directory.find('customDomain', key)).toEqual([mine])
      await directory.release('customDomain', key, mine.tenantId)
      await directory.release('customDomain', key, mine.tenantId)
      expect(await directory.reserve('customDomain', key, other, LEASE)).toBe(true)
    })

    it('keeps slugs and custom domains apart', async () => {
      const [directory, mine, other, key] = [open(), entry(), entry(), name()]
      expect(await directory.reserve('slug', key, mine, LEASE)).toBe(true)
      expect(await directory.reserve('customDomain', key, other, LEASE)).toBe(true)
    })

    it('keeps many tenants under one address', async () => {
      const [directory, mine, other, key] = [open(), entry(), entry(), name()]
      for (const one of [mine, other, mine]) await directory.confirm('email', key, one)
      const found = await directory.find('email', key)
      expect(found.map(({ tenantId }) => tenantId).toSorted()).toEqual([mine.tenantId, other.tenantId].toSorted())
      await directory.release('email', key, mine.tenantId)
      expect(await directory.find('email', key)).toEqual([other])
    })
  })
}
