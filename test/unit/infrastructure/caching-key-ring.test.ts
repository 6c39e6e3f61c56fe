import { describe, expect, it } from 'vitest'
import { createKeyVault } from '#domain/keys/master-key.ts'
import { ROTATION, type KeyRingState } from '#domain/keys/key-ring.ts'
import type { KeyRingStore } from '#domain/ports/key-ring.ts'
import { CachingKeyRing } from '#infrastructure/shared/caching-key-ring.ts'
import { nodeCryptography } from '#infrastructure/shared/node-cryptography.ts'

const NOW = Date.parse('2026-11-24T12:00:00Z')
const vault = (fill: number) => createKeyVault(new Uint8Array(32).fill(fill), nodeCryptography)

/** A store in memory that counts, and replicas of the product over it. */
function world() {
  let state: KeyRingState | undefined
  let now = NOW
  const counts = { reads: 0, writes: 0 }
  const store: KeyRingStore = {
    read: () => {
      counts.reads++
      return Promise.resolve(state)
    },
    write: (expected, next) => {
      if ((state?.revision ?? 0) !== expected) return Promise.resolve(false)
      counts.writes++
      state = next
      return Promise.resolve(true)
    },
  }
  return {
    counts,
    stored: () => state,
    passes: (milliseconds: number) => (now += milliseconds),
    replica: (masterKey = 1) => new CachingKeyRing(store, vault(masterKey), () => now),
  }
}

describe('the key ring over its store', () => {
  it('makes its first key when it is first asked, and keeps its private part wrapped', async () => {
    const { replica, stored } = world()
    const { kid, privateJwk } = await replica().signingKey()
    expect(privateJwk).toMatchObject({ kty: 'EC', crv: 'P-256', d: expect.any(String) })
    expect(stored()?.keys.map((key) => key.kid)).toEqual([kid])
    expect(JSON.stringify(stored())).not.toContain(privateJwk['d'])
  })

  it('publishes public parts alone', async () => {
    const { replica } = world()
    const ring = replica()
    const { keys } = await ring.jwks()
    expect(keys).toHaveLength(1)
    expect(Object.keys(keys[0] ?? {}).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
    expect(await ring.verificationKey((await ring.signingKey()).kid)).not.toHaveProperty('d')
  })

  it('has replicas that begin at once agree on one key', async () => {
    const { replica, counts } = world()
    const signing = await Promise.all(Array.from({ length: 8 }, () => replica().signingKey()))
    expect(new Set(signing.map(({ kid }) => kid)).size).toBe(1)
    expect(counts.writes).toBe(1)
  })

  it('rotates in time: the next key is published before it signs, and the last still verifies', async () => {
    const { replica, passes } = world()
    const ring = replica()
    const first = await ring.signingKey()
    passes(ROTATION.every - ROTATION.publishedBefore)
    expect((await ring.jwks()).keys).toHaveLength(2)
    expect((await ring.signingKey()).kid).toBe(first.kid)
    passes(ROTATION.publishedBefore)
    const second = await ring.signingKey()
    expect(second.kid).not.toBe(first.kid)
    expect(await ring.verificationKey(first.kid)).toBeDefined()
  })

  it('finds a key that another replica has made since it last looked', async () => {
    const { replica, passes } = world()
    const [one, other] = [replica(), replica()]
    await one.jwks()
    await other.jwks()
    passes(ROTATION.every - ROTATION.publishedBefore)
    const kids = (await other.jwks()).keys.map((key) => key.kid)
    for (const kid of kids) expect(await one.verificationKey(kid)).toBeDefined()
  })

  it('reads the store seldom, however often it is asked for keys there are not', async () => {
    const { replica, counts, passes } = world()
    const ring = replica()
    await ring.jwks()
    const before = counts.reads
    for (let asked = 0; asked < 100; asked++) {
      expect(await ring.verificationKey(`unknown-${asked}`)).toBeUndefined()
      passes(100)
    }
    expect(counts.reads - before).toBeLessThanOrEqual(1)
  })

  it('says that the master key is another one, rather than making keys nobody expects', async () => {
    const { replica, stored } = world()
    await replica(1).signingKey()
    await expect(replica(2).signingKey()).rejects.toThrow('does not open under the master key in use')
    expect(stored()?.keys).toHaveLength(1)
  })
})
