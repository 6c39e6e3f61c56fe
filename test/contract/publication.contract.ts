import { describe, expect, it } from 'vitest'
import { newId } from '#domain/new-id.ts'
import type { PublicationStorage } from '#domain/ports/publication.ts'

export interface PublicationUnderTest {
  readonly storage: PublicationStorage
  /** Adds events to a tenant's log. */
  append(tenantId: string, count: number): Promise<void>
}

/** What every adapter of `PublicationStorage` does. */
export function publicationContract(open: () => PublicationUnderTest): void {
  const positions = async (storage: PublicationStorage, tenantId: string, limit = 100) =>
    (await storage.readUnpublished(tenantId, limit)).map((event) => {
      expect(event.tenantId).toBe(tenantId)
      return event.position
    })

  describe('PublicationStorage', () => {
    it('gives what has not been published, in order and by the page', async () => {
      const { storage, append } = open()
      const tenantId = newId.tenant()
      expect(await positions(storage, tenantId)).toEqual([])
      await append(tenantId, 5)
      expect(await positions(storage, tenantId, 3)).toEqual([1, 2, 3])
      await storage.savePublished(tenantId, 3)
      expect(await positions(storage, tenantId)).toEqual([4, 5])
    })

    it('never goes back', async () => {
      const { storage, append } = open()
      const tenantId = newId.tenant()
      await append(tenantId, 4)
      await storage.savePublished(tenantId, 3)
      await storage.savePublished(tenantId, 1)
      expect(await positions(storage, tenantId)).toEqual([4])
    })

    it('names the tenants with something left, by their ids', async () => {
      const { storage, append } = open()
      const tenants = [newId.tenant(), newId.tenant(), newId.tenant()].toSorted()
      const known = new Set<string>(tenants)
      for (const tenantId of tenants) await append(tenantId, 2)
      const [first = '', second = '', third = ''] = tenants
      await storage.savePublished(second, 2)
      const left = async (after: string, limit: number) =>
        (await storage.unpublishedTenants(after, limit)).filter(({ tenantId }) => known.has(tenantId))
      expect(await left('', 1_000)).toEqual([
        { tenantId: first, position: 2 },
        { tenantId: third, position: 2 },
      ])
      expect(await left(first, 1)).toEqual([{ tenantId: third, position: 2 }])
    })
  })
}
