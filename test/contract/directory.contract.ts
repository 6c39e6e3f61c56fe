import { describe, expect, it } from 'vitest'
import { newId } from '#domain/new-id.ts'
import type { Directory } from '#domain/ports/directory.ts'

const LEASE = 60_000
const RESERVED = { kind: 'reserved' }

/** What every adapter of `Directory` does. Each test has names of its own. */
export function directoryContract(open: () => Directory): void {
  const entry = () => ({ tenantId: newId.tenant(), region: 'eu' })
  const name = () => `name-${newId.request().slice(4)}`

  describe('Directory', () => {
    it('finds a name once it is confirmed, not while it is reserved', async () => {
      const [directory, mine, key] = [open(), entry(), name()]
      expect(await directory.find('slug', key)).toEqual([])
      expect(await directory.reserve('slug', key, mine, LEASE)).toEqual(RESERVED)
      expect(await directory.find('slug', key)).toEqual([])
      await directory.confirm('slug', key, mine, 1)
      await directory.confirm('slug', key, mine, 1)
      expect(await directory.find('slug', key)).toEqual([mine])
    })

    it('gives a name to one of many tenants that ask at once', async () => {
      const [directory, key] = [open(), name()]
      const got = await Promise.all(Array.from({ length: 20 }, () => directory.reserve('slug', key, entry(), LEASE)))
      expect(got.filter(({ kind }) => kind === 'reserved')).toHaveLength(1)
      expect(got.filter(({ kind }) => kind === 'taken')).toHaveLength(19)
    })

    it('gives a name to the tenant that has it already, and to no other', async () => {
      const [directory, mine, other, key] = [open(), entry(), entry(), name()]
      await directory.reserve('slug', key, mine, LEASE)
      expect(await directory.reserve('slug', key, mine, LEASE)).toEqual(RESERVED)
      expect(await directory.reserve('slug', key, other, LEASE)).toEqual({ kind: 'taken' })
      await directory.confirm('slug', key, mine, 1)
      expect(await directory.reserve('slug', key, mine, LEASE)).toEqual(RESERVED)
      expect(await directory.find('slug', key)).toEqual([mine])
      expect(await directory.reserve('slug', key, other, LEASE)).toEqual({ kind: 'taken' })
    })

    it('says whose reservation has run out, and gives the name away only when told that it is void', async () => {
      const [directory, mine, other, key] = [open(), entry(), entry(), name()]
      await directory.reserve('slug', key, mine, -1)
      const lapsed = { kind: 'lapsed', holder: mine }
      expect(await directory.reserve('slug', key, other, LEASE)).toEqual(lapsed)
      expect(await directory.reserve('slug', key, other, LEASE, newId.tenant())).toEqual(lapsed)
      expect(await directory.reserve('slug', key, other, LEASE, mine.tenantId)).toEqual(RESERVED)
      expect(await directory.confirm('slug', key, other, 1)).toBe(true)
      expect(await directory.find('slug', key)).toEqual([other])
    })

    it('takes nothing from a tenant whose reservation has not run out, whatever is said', async () => {
      const [directory, mine, other, key] = [open(), entry(), entry(), name()]
      await directory.reserve('slug', key, mine, LEASE)
      expect(await directory.reserve('slug', key, other, LEASE, mine.tenantId)).toEqual({ kind: 'taken' })
      await directory.confirm('slug', key, mine, 1)
      expect(await directory.reserve('slug', key, other, LEASE, mine.tenantId)).toEqual({ kind: 'taken' })
      expect(await directory.find('slug', key)).toEqual([mine])
    })

    it('confirms a reservation that has run out as long as nobody has taken it over', async () => {
      const [directory, mine, key] = [open(), entry(), name()]
      await directory.reserve('slug', key, mine, -1)
      expect(await directory.confirm('slug', key, mine, 1)).toBe(true)
      expect(await directory.find('slug', key)).toEqual([mine])
    })

    it('never confirms a name that another tenant has got meanwhile', async () => {
      const [directory, mine, other, key] = [open(), entry(), entry(), name()]
      await directory.reserve('slug', key, mine, -1)
      await directory.reserve('slug', key, other, LEASE, mine.tenantId)
      expect(await directory.confirm('slug', key, mine, 1)).toBe(false)
      expect(await directory.confirm('slug', key, other, 1)).toBe(true)
      expect(await directory.find('slug', key)).toEqual([other])
    })

    it('takes a name back from the tenant that has it alone', async () => {
      const [directory, mine, other, key] = [open(), entry(), entry(), name()]
      await directory.reserve('customDomain', key, mine, LEASE)
      await directory.confirm('customDomain', key, mine, 1)
      await directory.release('customDomain', key, other.tenantId, 2)
      expect(await directory.find('customDomain', key)).toEqual([mine])
      await directory.release('customDomain', key, mine.tenantId, 2)
      await directory.release('customDomain', key, mine.tenantId, 2)
      expect(await directory.reserve('customDomain', key, other, LEASE)).toEqual(RESERVED)
    })

    it('gives back a reservation, but no confirmed name, when no position is told', async () => {
      const [directory, mine, key, held] = [open(), entry(), name(), name()]
      await directory.reserve('slug', key, mine, LEASE)
      await directory.release('slug', key, mine.tenantId)
      expect(await directory.confirm('slug', key, mine, 1)).toBe(false)
      await directory.reserve('slug', held, mine, LEASE)
      await directory.confirm('slug', held, mine, 1)
      await directory.release('slug', held, mine.tenantId)
      expect(await directory.find('slug', held)).toEqual([mine])
    })

    it('takes back nothing that was confirmed at a later position', async () => {
      const [directory, mine, key, domain] = [open(), entry(), name(), name()]
      await directory.reserve('customDomain', domain, mine, LEASE)
      for (const [kind, one] of [
        ['email', key],
        ['customDomain', domain],
      ] as const) {
        await directory.confirm(kind, one, mine, 9)
        await directory.confirm(kind, one, mine, 4)
        await directory.release(kind, one, mine.tenantId, 8)
        expect(await directory.find(kind, one)).toEqual([mine])
        await directory.release(kind, one, mine.tenantId, 9)
        expect(await directory.find(kind, one)).toEqual([])
      }
    })

    it('hears nobody who says too late that a tenant has a name that it has given back', async () => {
      const [directory, mine, other, key, domain] = [open(), entry(), entry(), name(), name()]
      for (const [kind, one] of [
        ['email', key],
        ['customDomain', domain],
      ] as const) {
        const reserve = () => (kind === 'email' ? undefined : directory.reserve(kind, one, mine, LEASE))
        // Whoever gives it back may be faster than whoever says that it was given.
        await directory.release(kind, one, mine.tenantId, 8)
        await directory.release(kind, one, mine.tenantId, 6)
        for (const position of [5, 8]) {
          expect(await directory.confirm(kind, one, mine, position)).toBe(true)
          await reserve()
          expect(await directory.confirm(kind, one, mine, position)).toBe(true)
          expect(await directory.find(kind, one)).toEqual([])
          await directory.release(kind, one, mine.tenantId)
        }
        await reserve()
        expect(await directory.confirm(kind, one, mine, 9)).toBe(true)
        await directory.release(kind, one, mine.tenantId, 8)
        expect(await directory.find(kind, one)).toEqual([mine])
      }
      // What one tenant has given back says nothing of another one.
      await directory.confirm('email', key, other, 3)
      expect(await directory.find('email', key)).toHaveLength(2)
    })

    it('lets one of two who contradict each other at once have it: the one of the later position', async () => {
      const [directory, mine] = [open(), entry()]
      const keys = Array.from({ length: 10 }, () => name())
      await Promise.all(
        keys.flatMap((key) => [
          directory.confirm('email', key, mine, 5),
          directory.release('email', key, mine.tenantId, 6),
          directory.confirm('email', key, mine, 4),
        ]),
      )
      expect((await Promise.all(keys.map((key) => directory.find('email', key)))).flat()).toEqual([])
    })

    it('keeps slugs and custom domains apart', async () => {
      const [directory, mine, other, key] = [open(), entry(), entry(), name()]
      expect(await directory.reserve('slug', key, mine, LEASE)).toEqual(RESERVED)
      expect(await directory.reserve('customDomain', key, other, LEASE)).toEqual(RESERVED)
    })

    it('keeps many tenants under one address', async () => {
      const [directory, mine, other, key] = [open(), entry(), entry(), name()]
      for (const one of [mine, other, mine]) await directory.confirm('email', key, one, 1)
      const found = await directory.find('email', key)
      expect(found.map(({ tenantId }) => tenantId).toSorted()).toEqual([mine.tenantId, other.tenantId].toSorted())
      await directory.release('email', key, mine.tenantId, 2)
      expect(await directory.find('email', key)).toEqual([other])
    })
  })
}
