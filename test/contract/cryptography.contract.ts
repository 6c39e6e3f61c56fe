import { describe, expect, it } from 'vitest'
import { fromUtf8, toBase64Url, toUtf8 } from '#common/bytes.ts'
import type { Cryptography } from '#domain/ports/cryptography.ts'

const hex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
const toHex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** What every adapter of `Cryptography` does: published vectors, so that both runtimes open what the other has sealed. */
export function cryptographyContract(cryptography: Cryptography): void {
  describe('Cryptography', () => {
    it.each([
      // FIPS 180-4 examples.
      ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
      ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
      [
        'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
        '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
      ],
    ])('hashes %j as SHA-256 does', (text, expected) => {
      expect(cryptography.sha256Hex(text)).toBe(expected)
      expect(toHex(cryptography.sha256(text))).toBe(expected)
      expect(toHex(cryptography.sha256(fromUtf8(text)))).toBe(expected)
      expect(cryptography.sha256Base64Url(text)).toBe(toBase64Url(hex(expected)))
    })

    it.each([
      // RFC 4231, cases 1, 2 and 6.
      ['0b'.repeat(20), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
      ['4a656665', 'what do ya want for nothing?', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
      [
        'aa'.repeat(131),
        'Test Using Larger Than Block-Size Key - Hash Key First',
        '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
      ],
    ])('computes HMAC-SHA-256', (key, data, expected) => {
      expect(toHex(cryptography.hmacSha256(hex(key), data))).toBe(expected)
    })

    it('derives keys as HKDF-SHA-256 does', () => {
      // RFC 5869, case 3: no salt, no info.
      const secret = hex('0b'.repeat(22))
      expect(toHex(cryptography.hkdf(secret, '', 42))).toBe(
        '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
      )
      expect(cryptography.hkdf(secret, 'purpose')).toHaveLength(32)
      expect(toHex(cryptography.hkdf(secret, 'purpose'))).not.toBe(toHex(cryptography.hkdf(secret, 'another')))
    })

    it('opens what AES-256-GCM has sealed elsewhere', () => {
      // NIST GCM test vectors, test case 16 (256-bit key, with additional data given as text: see below), 14 without.
      const key = new Uint8Array(32)
      const sealed = hex(`${'00'.repeat(12)}cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919`)
      expect(toHex(cryptography.open(key, sealed, '') ?? new Uint8Array())).toBe('00'.repeat(16))
      // The same with nothing sealed: test case 13.
      expect(cryptography.open(key, hex(`${'00'.repeat(12)}530f8afbc74536b9a963b4f1c4cb738b`), '')).toHaveLength(0)
    })

    it('opens what it has sealed, and seals nothing twice the same way', () => {
      const key = cryptography.randomBytes(32)
      const sealed = cryptography.seal(key, fromUtf8('Mara Ölmüşçe 🌳'), 'event-1')
      expect(sealed).toHaveLength(12 + fromUtf8('Mara Ölmüşçe 🌳').length + 16)
      expect(toUtf8(cryptography.open(key, sealed, 'event-1') ?? new Uint8Array())).toBe('Mara Ölmüşçe 🌳')
      expect(toHex(cryptography.seal(key, fromUtf8('Mara Ölmüşçe 🌳'), 'event-1'))).not.toBe(toHex(sealed))
    })

    it('opens nothing under another key, for another context, or with any bit changed', () => {
      const key = cryptography.randomBytes(32)
      const sealed = cryptography.seal(key, fromUtf8('secret'), 'event-1')
      expect(cryptography.open(cryptography.randomBytes(32), sealed, 'event-1')).toBeUndefined()
      expect(cryptography.open(key, sealed, 'event-2')).toBeUndefined()
      for (let index = 0; index < sealed.length; index++) {
        const changed = Uint8Array.from(sealed)
        changed[index] = (changed[index] ?? 0) ^ 1
        expect(cryptography.open(key, changed, 'event-1')).toBeUndefined()
      }
      for (const length of [0, 11, 27, sealed.length - 1])
        expect(cryptography.open(key, sealed.subarray(0, length), 'event-1')).toBeUndefined()
    })

    it('makes random bytes that differ', () => {
      const made = new Set(Array.from({ length: 100 }, () => toHex(cryptography.randomBytes(16))))
      expect(made.size).toBe(100)
    })
  })
}
