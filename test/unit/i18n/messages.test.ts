import { describe, expect, it } from 'vitest'
import type { ErrorParams } from '#common/outcome.ts'
import { createMessages, messages } from '#api/i18n/messages.ts'
import { LANGUAGES, type Language } from '#api/i18n/languages.ts'
import { messagesContract } from '../../contract/messages.contract.ts'

const because = (language: Language, reason: string, value: string | number = reason) =>
  messages.format(language, 'tenant-invalid-settings', { reason, value })

messagesContract()

describe('a value', () => {
  it('that only looks like a timestamp stays as it is', () => {
    expect(messages.format('en', 'user-invalid-role', { role: '2026-99-99T99:99:99Z' })).toBe(
      'The role “2026-99-99T99:99:99Z” does not exist.',
    )
  })

  it('that is a version is not grouped', () => {
    for (const language of LANGUAGES) {
      const text = messages.format(language, 'precondition-failed', { expected: 12_345, actual: 23_456 })
      expect(text).toContain('12345')
      expect(text).toContain('23456')
    }
  })

  it('is never read as Fluent syntax, and gets no invisible marks around it', () => {
    expect(messages.format('en', 'tenant-slug-taken', { name: '{ $x } { service-name }' })).toBe(
      'The short name “{ $x } { service-name }” is already taken.',
    )
  })

  it('that is missing shows as its name', () => {
    expect(messages.format('en', 'tenant-slug-taken')).toBe('The short name “{$name}” is already taken.')
  })

  it('chooses the text for a reason the API knows', () => {
    expect(because('en', 'requireMfa')).toBe('A second factor cannot be required: it is not available yet.')
    expect(because('en', 'maxUsers', 1_000)).toBe('The user limit is higher than the plan allows (1,000).')
    expect(because('en', 'feature', 'teleport')).toBe('There is no feature “teleport”.')
  })

  it.each(LANGUAGES)('that names a reason in the API’s own words is no part of a sentence in %s', (language) => {
    for (const reason of ['feature', 'maxUsers', 'password', 'requireMfa']) {
      const text = because(language, reason, 7)
      expect(text).not.toBe(because(language, 'no such reason', 7))
      expect(text).not.toMatch(/maxUsers|requireMfa/)
    }
  })

  it.each(LANGUAGES)('out of range is told with its bounds in %s', (language) => {
    const told = (params: ErrorParams) => messages.format(language, 'validation-out-of-range', params)
    expect(told({ bound: 'min', min: 3 })).toMatch(/\b3\b/)
    expect(told({ bound: 'max', max: 250 })).toMatch(/\b250\b/)
    const both = told({ bound: 'both', min: '1m', max: '24h' })
    expect(both).toContain('1m')
    expect(both).toContain('24h')
  })
})

describe('a message', () => {
  const few = createMessages({ en: ['a = A\n    .title = T\nb = B'], de: ['a = Ä'], sq: [], fr: [], es: [] })

  it('is taken from English when the language lacks it, and is its id when English lacks it too', () => {
    expect(few.format('de', 'a')).toBe('Ä')
    expect(few.format('de', 'b')).toBe('B')
    expect(few.format('de', 'c')).toBe('c')
  })

  it('has attributes of its own', () => {
    expect(few.format('en', 'a.title')).toBe('T')
    expect(few.format('de', 'a.title')).toBe('T')
    expect(few.format('en', 'b.title')).toBe('b.title')
  })

  it('is known to be there or not, in the language itself', () => {
    expect([few.has('en', 'b'), few.has('de', 'b'), few.has('en', 'a.title'), few.has('en', 'a.other')]).toEqual([
      true,
      false,
      true,
      false,
    ])
  })

  it('is read once, and not before it is needed', () => {
    let reads = 0
    const counted = createMessages({
      en: [],
      get de() {
        reads += 1
        return ['a = Ä']
      },
      sq: [],
      fr: [],
      es: [],
    })
    expect(reads).toBe(0)
    counted.format('de', 'a')
    counted.format('de', 'a')
    expect(reads).toBe(1)
  })
})
