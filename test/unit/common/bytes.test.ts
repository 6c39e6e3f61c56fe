import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromBase64Url, toBase64Url } from '#common/bytes.ts'

describe('base64url', () => {
  it.each([
    // RFC 4648, section 10, without padding.
    ['', ''],
    ['f', 'Zg'],
    ['fo', 'Zm8'],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg'],
    ['fooba', 'Zm9vYmE'],
    ['foobar', 'Zm9vYmFy'],
  ])('writes %j as %j', (text, written) => {
    const bytes = new TextEncoder().encode(text)
    expect(toBase64Url(bytes)).toBe(written)
    expect(fromBase64Url(written)).toEqual(bytes)
  })

  it('gives back all bytes, and writes them as others do', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString('base64url'))
        expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes)
      }),
    )
  })

  it.each(['A', 'Zg==', 'Zh', 'Zm9', 'Z+8', 'Zm/v', 'Zm 9', 'Zmé8', 'Zm\u20ac8'])('refuses %j', (text) => {
    expect(fromBase64Url(text)).toBeUndefined()
  })
})
