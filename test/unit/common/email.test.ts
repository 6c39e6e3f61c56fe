import { describe, expect, it } from 'vitest'
import { EmailAddress, emailDomain, normalizeEmail } from '#common/email.ts'

describe('an e-mail address', () => {
  it('is compared without regard to case, spaces around it and composition', () => {
    expect(normalizeEmail('  Ada@EXAMPLE.com ')).toBe('ada@example.com')
    expect(normalizeEmail('re\u0301ne\u0301@example.com')).toBe(normalizeEmail('RÉNÉ@Example.Com'))
  })

  it('keeps the spelling it was given in', () => {
    expect(EmailAddress.parse(' Ada@Example.com')).toBe('Ada@Example.com')
  })

  it('has at most 254 characters', () => {
    const of = (length: number) => `${'a'.repeat(length - '@example.com'.length)}@example.com`
    expect(EmailAddress.safeParse(of(254)).success).toBe(true)
    expect(EmailAddress.safeParse(of(255)).success).toBe(false)
  })

  it.each([
    '',
    '@',
    'a@',
    '@b.de',
    'a b@c.de',
    'a@b',
    'a@b@c.de',
    'a@b..de',
    'a@-b.de\n',
    'a\u0000@b.de',
    'Ada <a@b.de>',
  ])('is not %j', (text) => {
    expect(EmailAddress.safeParse(text).success).toBe(false)
  })

  it('has the domain after its last @, whatever comes before', () => {
    expect(emailDomain('Ada@Example.COM')).toBe('example.com')
    expect(emailDomain('"a@b"@example.com')).toBe('example.com')
    expect(emailDomain('e\u0301\u0301İ@example.com')).toBe('example.com')
  })
})
