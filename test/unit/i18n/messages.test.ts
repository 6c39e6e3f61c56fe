import { describe, expect, it } from 'vitest'
import { createMessages, messages } from '#api/i18n/messages.ts'
import { LANGUAGES } from '#api/i18n/languages.ts'

const NARROW = '\u202f'
const NO_BREAK = '\u00a0'

const limit = (language: (typeof LANGUAGES)[number], min: number) =>
  messages.format(language, 'validation-too-few-items', { min })

const because = (reason: string) => messages.format('en', 'tenant-invalid-settings', { reason })

describe('a count', () => {
  const counts = [0, 1, 1.5, 2, 1_000_000]
  it.each([
    ['en', ['0 users online', '1 user online', '1.5 users online', '2 users online', '1,000,000 users online']],
    [
      'de',
      [
        '0 Benutzer online',
        '1 Benutzer online',
        '1,5 Benutzer online',
        '2 Benutzer online',
        '1.000.000 Benutzer online',
      ],
    ],
    [
      'sq',
      [
        '0 përdorues në linjë',
        '1 përdorues në linjë',
        '1,5 përdorues në linjë',
        '2 përdorues në linjë',
        `1${NO_BREAK}000${NO_BREAK}000 përdorues në linjë`,
      ],
    ],
    [
      'fr',
      [
        '0 utilisateur en ligne',
        '1 utilisateur en ligne',
        '1,5 utilisateur en ligne',
        '2 utilisateurs en ligne',
        `1${NARROW}000${NARROW}000 d’utilisateurs en ligne`,
      ],
    ],
    [
      'es',
      [
        '0 usuarios en línea',
        '1 usuario en línea',
        '1,5 usuarios en línea',
        '2 usuarios en línea',
        '1.000.000 de usuarios en línea',
      ],
    ],
  ] as const)('reads right in %s', (language, expected) => {
    expect(counts.map((count) => messages.format(language, 'user-count', { count }))).toEqual(expected)
  })

  it('of one is singular in the limits of a field', () => {
    expect(LANGUAGES.map((language) => limit(language, 1))).toEqual([
      'At least 1 entry.',
      'Mindestens 1 Eintrag.',
      'Të paktën 1 zë.',
      '1 entrée au moins.',
      '1 entrada como mínimo.',
    ])
    expect(limit('de', 2)).toBe('Mindestens 2 Einträge.')
  })
})

describe('a value', () => {
  it('that is a timestamp is shown as a date and time in UTC', () => {
    const until = '2026-12-24T14:30:00.000Z'
    expect(messages.format('en', 'user-email-change-not-allowed', { until })).toBe(
      'The address can be changed again from December 24, 2026 at 2:30\u202fPM (UTC).'.replace(NARROW, timeSpace('en')),
    )
    expect(messages.format('de', 'user-email-change-not-allowed', { until })).toBe(
      'Die Adresse kann ab dem 24. Dezember 2026 um 14:30 (UTC) wieder geändert werden.',
    )
  })

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

  it('chooses the text for a reason the API knows, and is shown otherwise', () => {
    expect(because('requireMfa')).toBe('A second factor cannot be required: it is not available yet.')
    expect(because('maxUsers > 1000')).toBe('The settings are not valid: maxUsers > 1000.')
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

/** What this ICU writes between the time and AM or PM: a plain space before version 72, a narrow one since. */
const timeSpace = (language: string): string =>
  new Intl.DateTimeFormat(language, { timeStyle: 'short', timeZone: 'UTC' }).format(0).replace(/^[\d:]+|[AP]M$/g, '')
