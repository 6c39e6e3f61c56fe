import { describe, expect, it } from 'vitest'
import { LANGUAGES, type Language } from '#api/i18n/languages.ts'
import { messages } from '#api/i18n/messages.ts'
import { invitationMail } from '#api/mail/invitation-mail.ts'

const NARROW = '\u202f'
const NO_BREAK = '\u00a0'

const limit = (language: Language, min: number) => messages.format(language, 'validation-too-few-items', { min })

/** What depends on the runtime's own knowledge of languages: plurals, numbers and dates (G-61). */
export const messagesContract = () =>
  describe('messages in this runtime', () => {
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
    ] as const)('count right in %s', (language, expected) => {
      const counts = [0, 1, 1.5, 2, 1_000_000]
      expect(counts.map((count) => messages.format(language, 'user-count', { count }))).toEqual(expected)
    })

    it('say one of a thing as one', () => {
      expect(LANGUAGES.map((language) => limit(language, 1))).toEqual([
        'At least 1 entry.',
        'Mindestens 1 Eintrag.',
        'Të paktën 1 zë.',
        '1 entrée au moins.',
        '1 entrada como mínimo.',
      ])
      expect(LANGUAGES.map((language) => limit(language, 2))).toEqual([
        'At least 2 entries.',
        'Mindestens 2 Einträge.',
        'Të paktën 2 zëra.',
        '2 entrées au moins.',
        '2 entradas como mínimo.',
      ])
    })

    it('show a timestamp as day and time in UTC', () => {
      const until = '2026-12-24T14:30:00.000Z'
      const shown = LANGUAGES.map((language) => messages.format(language, 'user-email-change-not-allowed', { until }))
      // Which kind of space stands before PM depends on the version of ICU.
      expect(shown.map((text) => text.replaceAll(NARROW, ' '))).toEqual([
        'The address can be changed again from December 24, 2026 at 2:30 PM (UTC).',
        'Die Adresse kann ab dem 24. Dezember 2026 um 14:30 (UTC) wieder geändert werden.',
        'Adresa mund të ndryshohet sërish duke filluar nga 24.12.2026, 14:30 (UTC).',
        'L’adresse pourra de nouveau être modifiée à partir du 24 décembre 2026 à 14:30 (UTC).',
        'La dirección podrá cambiarse de nuevo a partir del 24 de diciembre de 2026 a las 14:30 (UTC).',
      ])
    })

    it.each([
      ['en', 'valid until January 8, 1970 and'],
      ['de', 'gilt bis zum 8. Januar 1970 und'],
      ['sq', 'vlen deri më 08.01.1970 dhe'],
      ['fr', 'valable jusqu’au 8 janvier 1970 et'],
      ['es', 'válida hasta el 8 de enero de 1970 y'],
    ] as const)('write the last day of an invitation as %s does', (language, expected) => {
      const mail = {
        to: 'ada@example.com',
        tenantName: 'Engines',
        token: 'inv_1',
        publicUrl: 'https://acci.example',
        now: 0,
      }
      expect(invitationMail({ ...mail, language }).text).toContain(expected)
    })
  })
