import { describe, expect, it } from 'vitest'
import { fromUtf8 } from '#common/bytes.ts'
import { createArgon2PasswordHasher, type Argon2id } from '#infrastructure/shared/argon2-password-hasher.ts'

/** Made in Node; they open in both runtimes, as what workerd makes does, since both compute the reference's own vector. */
const KNOWN = [
  ['Tr0ub4dor&3', '$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$OS+k9IGB56QZaVwAVEMoPc5gGNZisKsnPYRP418lRjc'],
  ['Pässwörd 🌳 1', '$argon2id$v=19$m=8192,t=3,p=1$ZmVkY2JhOTg3NjU0MzIxMA$q94jevQbC2ici/MxBpMSy8jep+jAzaaXCV3M8RPXYl8'],
] as const

/** argon2id of one runtime, and the hasher over it. */
export function passwordHasherContract(argon2id: Argon2id): void {
  const hasher = () => createArgon2PasswordHasher(argon2id, (length) => crypto.getRandomValues(new Uint8Array(length)))

  describe('PasswordHasher', () => {
    it('computes what the reference implementation of argon2id computes', async () => {
      // test.c of the reference: version 19, two passes, 64 MiB, one lane.
      const parameters = { memory: 65_536, passes: 2, parallelism: 1, salt: fromUtf8('somesalt') }
      const tag = await argon2id(fromUtf8('password'), parameters, 32)
      expect(Array.from(tag, (byte) => byte.toString(16).padStart(2, '0')).join('')).toBe(
        '09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7',
      )
    })

    it.each(KNOWN)('knows the password of a stored hash: %s', async (password, stored) => {
      expect(await hasher().verify(stored, password)).toBe('match')
      expect(await hasher().verify(stored, `${password} `)).toBe('mismatch')
    })

    it('makes a hash that the same password opens, never the same one twice', async () => {
      const [one, other] = [await hasher().hash('Tr0ub4dor&3'), await hasher().hash('Tr0ub4dor&3')]
      if (one.kind !== 'hashed' || other.kind !== 'hashed') throw new Error('nobody else hashes here')
      expect(one.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
      expect(one.passwordHash).not.toBe(other.passwordHash)
      expect(await hasher().verify(one.passwordHash, 'Tr0ub4dor&3')).toBe('match')
      expect(await hasher().verify(one.passwordHash, 'tr0ub4dor&3')).toBe('mismatch')
    })

    it.each([
      ['nothing', ''],
      ['another algorithm', '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy'],
      ['argon2i', '$argon2i$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$OS+k9IGB56QZaVwAVEMoPc5gGNZisKsnPYRP418lRjc'],
      ['a cut hash', KNOWN[0][1].slice(0, 60)],
      ['gigabytes of memory', KNOWN[0][1].replace('m=19456', 'm=9999999')],
      ['hundreds of passes', KNOWN[0][1].replace('t=2', 't=999')],
      ['many lanes', KNOWN[0][1].replace('p=1', 'p=64')],
      ['no lane', KNOWN[0][1].replace('p=1', 'p=0')],
      ['less memory than its lanes need', KNOWN[0][1].replace('m=19456', 'm=7')],
    ])('takes %s for a hash that no password opens, and computes nothing', async (_what, stored) => {
      const untouched = createArgon2PasswordHasher(
        () => Promise.reject(new Error('computed')),
        (length) => new Uint8Array(length),
      )
      expect(await untouched.verify(stored, 'Tr0ub4dor&3')).toBe('mismatch')
      expect(untouched.needsRehash(stored)).toBe(true)
    })

    it('wants a hash renewed that was cheaper to make than those of today', () => {
      expect(hasher().needsRehash(KNOWN[0][1])).toBe(false)
      expect(hasher().needsRehash(KNOWN[1][1])).toBe(true)
    })

    it('computes as much for nobody as for somebody', async () => {
      const computed: unknown[] = []
      const watched = createArgon2PasswordHasher(
        (password, { memory, passes, parallelism, salt }, tagLength) => {
          computed.push({ memory, passes, parallelism, salt: salt.length, tagLength })
          return argon2id(password, { memory, passes, parallelism, salt }, tagLength)
        },
        (length) => new Uint8Array(length),
      )
      await watched.hash('Tr0ub4dor&3')
      await watched.verify(KNOWN[0][1], 'Tr0ub4dor&3')
      await watched.verifyDummy('Tr0ub4dor&3')
      expect(computed).toHaveLength(3)
      expect(new Set(computed.map((one) => JSON.stringify(one))).size).toBe(1)
    })
  })
}
