import type { Language } from './languages.ts'

interface Formats {
  /** Locales for numbers and plurals, in order: the first one that the runtime has data for is taken. */
  readonly numbers: readonly string[]
  readonly dates: { readonly locale: string; readonly dateStyle: 'long' | 'medium' }
}

const own = (locale: Language): Formats => ({ numbers: [locale], dates: { locale, dateStyle: 'long' } })

/**
 * How each language writes values. workerd has Albanian plurals but neither its numbers nor its months, and would fill in
 * English ones; so Albanian numbers fall back to Swedish, which writes them alike (1 234,5), and dates are in figures,
 * which read alike in German (24.12.2026).
 */
const FORMATS: Readonly<Record<Language, Formats>> = {
  en: own('en'),
  de: own('de'),
  sq: { numbers: ['sq', 'sv'], dates: { locale: 'de', dateStyle: 'medium' } },
  fr: own('fr'),
  es: own('es'),
}

export const numberLocales = (language: Language): string[] => [...FORMATS[language].numbers]

/** The day of a point in time, in UTC. @param time milliseconds since the epoch */
export const formatDate = (language: Language, time: number): string => dateFormat(language).format(time)

/** Day and time of day, in UTC. @param time milliseconds since the epoch */
export const formatDateTime = (language: Language, time: number): string =>
  dateFormat(language, { timeStyle: 'short' }).format(time)

function dateFormat(language: Language, options: Intl.DateTimeFormatOptions = {}): Intl.DateTimeFormat {
  const { locale, dateStyle } = FORMATS[language].dates
  return new Intl.DateTimeFormat(locale, { dateStyle, timeZone: 'UTC', ...options })
}
