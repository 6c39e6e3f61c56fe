import { describe, expect, it } from 'vitest'
import { languageOf } from '#api/i18n/negotiate.ts'

describe('the language of a request', () => {
  const all = { query: 'de', cookie: 'sq', userPreference: 'fr', acceptLanguage: 'es', tenantDefault: 'en' }

  it('is the query, then the cookie, the user, the header, the tenant, and English (G-60)', () => {
    expect(languageOf(all)).toBe('de')
    const { query: _query, ...withoutQuery } = all
    expect(languageOf(withoutQuery)).toBe('sq')
    const { cookie: _cookie, ...withoutCookie } = withoutQuery
    expect(languageOf(withoutCookie)).toBe('fr')
    const { userPreference: _user, ...withoutUser } = withoutCookie
    expect(languageOf(withoutUser)).toBe('es')
    expect(languageOf({ tenantDefault: 'sq' })).toBe('sq')
    expect(languageOf({})).toBe('en')
  })

  it('passes over what it does not know, at every step', () => {
    expect(languageOf({ query: 'xx', cookie: 'klingon', acceptLanguage: 'zh, ja;q=0.9', tenantDefault: 'fr' })).toBe(
      'fr',
    )
    expect(languageOf({ query: '', cookie: '*', acceptLanguage: '*' })).toBe('en')
    expect(languageOf({ query: '__proto__', cookie: '../../etc/passwd' })).toBe('en')
  })

  it.each([
    ['de-AT', 'de'],
    ['DE', 'de'],
    ['de_CH', 'de'],
    ['sq-XK', 'sq'],
    ['en-GB', 'en'],
    ['fr-CA-x-private', 'fr'],
    // What browsers send in Latin America.
    ['es-419', 'es'],
  ])('takes %s for %s', (query, expected) => {
    expect(languageOf({ query })).toBe(expected)
  })

  it.each([
    ['fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5', 'fr'],
    ['de;q=0.1, fr;q=0.9', 'fr'],
    ['ja, de;q=0.5, fr;q=0.4', 'de'],
    ['fr;q=0, es;q=0.1', 'es'],
    ['es;q=0.8,fr;q=0.8', 'es'],
    [',,;q=,', 'en'],
    [`${'x'.repeat(2_000)}, de`, 'en'],
  ])('weighs the header %s', (acceptLanguage, expected) => {
    expect(languageOf({ acceptLanguage })).toBe(expected)
  })
})
