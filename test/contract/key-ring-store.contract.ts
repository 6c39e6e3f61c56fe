import { describe, expect, it } from 'vitest'
import type { KeyRingState } from '#domain/keys/key-ring.ts'
import type { KeyRingStore } from '#domain/ports/key-ring.ts'

const ring = (revision: number, mark: string): KeyRingState => ({
  revision,
  keys: [{ kid: mark, publicJwk: { kty: 'EC' }, wrappedPrivateJwk: `mk1.${mark}`, activeFrom: revision }],
})

/** What every adapter of `KeyRingStore` does. There is one ring in the world: `open` is called once, on an empty store. */
export function keyRingStoreContract(open: () => KeyRingStore): void {
  describe('KeyRingStore', () => {
    it('lets one of many replicas write each revision, and keeps what that one wrote', async () => {
      const store = open()
      expect(await store.read()).toBeUndefined()
      for (const revision of [1, 2]) {
        const written = await Promise.all(
          Array.from({ length: 10 }, (_, index) => store.write(revision - 1, ring(revision, `${revision}-${index}`))),
        )
        expect(written.filter(Boolean)).toHaveLength(1)
        expect(await store.read()).toEqual(ring(revision, `${revision}-${written.indexOf(true)}`))
      }
      expect(await store.write(0, ring(1, 'late'))).toBe(false)
      expect(await store.write(7, ring(8, 'early'))).toBe(false)
      expect((await store.read())?.revision).toBe(2)
    })
  })
}
