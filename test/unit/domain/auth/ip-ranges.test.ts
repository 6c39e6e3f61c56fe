import { describe, expect, it } from 'vitest'
import { isIpAllowed } from '#domain/auth/ip-ranges.ts'
import { IpRange } from '#domain/tenant/tenant-types.ts'

describe('isIpAllowed', () => {
  it('allows every address without ranges', () => {
    expect(isIpAllowed('not an address', [])).toBe(true)
  })

  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.7', '192.0.2.0/24'],
    ['::ffff:192.0.2.7', '192.0.2.0/24'],
    ['192.0.2.7', '::ffff:192.0.2.0/120'],
    ['192.0.2.7', '::ffff:192.0.2.7'],
    ['2001:db8::1', '2001:db8::/32'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['203.0.113.9', '0.0.0.0/0'],
  ])('finds %s in %s', (address, range) => {
    expect(isIpAllowed(address, ['10.0.0.0/8', range])).toBe(true)
  })

  it.each([
    ['192.0.3.7', '192.0.2.0/24'],
    ['192.0.2.7', '::/0'],
    ['2001:db8::1', '0.0.0.0/0'],
    ['not an address', '0.0.0.0/0'],
    ['', '0.0.0.0/0'],
    ['2001:db9::1', '2001:db8::/32'],
  ])('does not find %j in %s', (address, range) => {
    expect(isIpAllowed(address, [range])).toBe(false)
  })

  it('can read every range that settings may hold', () => {
    for (const range of [
      '10.0.0.0/8',
      '10.0.0.1',
      '::1',
      'fe80::/10',
      '::ffff:10.0.0.0/104',
      '0.0.0.0/0',
      '::/0',
      '255.255.255.255/32',
    ]) {
      expect(IpRange.safeParse(range).success, range).toBe(true)
      expect(() => isIpAllowed('192.0.2.7', [range])).not.toThrow()
    }
    for (const range of ['10.0.0.0/33', '10.0.0', '::1/129', '10.0.0.0/-1', '', 'localhost', '010.0.0.1']) {
      expect(IpRange.safeParse(range).success, range).toBe(false)
    }
  })
})
