import { describe, expect, it } from 'vitest'
import { passwordFaults } from '#domain/user/password-policy.ts'

const codes = (password: string, minLength = 8) => passwordFaults(password, minLength).map(({ code }) => code)

describe('passwordFaults', () => {
  it('finds none in a good password, of any script', () => {
    for (const password of ['Abcdef1!', 'Größe-7 m', 'Πάσσω٣🔑x', `Aa1!${'x'.repeat(124)}`])
      expect(codes(password)).toEqual([])
  })

  it('finds everything that is missing', () => {
    expect(codes('')).toEqual([
      'password.too_short',
      'password.missing_uppercase',
      'password.missing_lowercase',
      'password.missing_number',
      'password.missing_special',
    ])
    expect(codes('ABCDEF1!')).toEqual(['password.missing_lowercase'])
    expect(codes('abcdef1!')).toEqual(['password.missing_uppercase'])
    expect(codes('Abcdefg!')).toEqual(['password.missing_number'])
    expect(codes('Abcdefg1')).toEqual(['password.missing_special'])
    expect(codes('Abcdef 1')).toEqual(['password.missing_special'])
  })

  it('counts composed characters, and holds the bounds', () => {
    expect(codes('Abcde1!')).toEqual(['password.too_short'])
    expect(codes('Abcd1!e\u0301')).toEqual(['password.too_short'])
    expect(codes('Abcd1!😀')).toEqual(['password.too_short'])
    expect(codes(`Aa1!${'x'.repeat(125)}`)).toEqual(['password.too_long'])
  })

  it('takes the tenant’s minimum when it is higher, and only then', () => {
    expect(codes('Abcdef1!', 12)).toEqual(['password.too_short'])
    expect(codes('Abcde1!', 1)).toEqual(['password.too_short'])
    expect(passwordFaults('Abcdef1!', 12, '/x')).toEqual([
      { pointer: '/x', code: 'password.too_short', params: { min: 12 } },
    ])
  })
})
