import { acceptedLanguages, negotiateLanguages } from '@fluent/langneg'
import { FALLBACK_LANGUAGE, isLanguage, LANGUAGES, type Language } from './languages.ts'

export interface LanguageHints {
  /** `?lang=` */
  readonly query?: string
  /** Cookie `preferred_language`. */
  readonly cookie?: string
  readonly acceptLanguage?: string
}

/** G-60: query, cookie, then what the client accepts; an unknown language is passed over, and English is the last resort. */
export function languageOf({ query, cookie, acceptLanguage }: LanguageHints): Language {
  const asked = [query, cookie].flatMap((tag) => (tag === undefined ? [] : [tag]))
  const accepted = acceptLanguage === undefined ? [] : acceptedLanguages(acceptLanguage.slice(0, 1_000))
  for (const tags of [...asked.map((tag) => [tag]), accepted]) {
    const [match] = negotiateLanguages(tags, LANGUAGES, { strategy: 'lookup', defaultLocale: 'und' })
    if (match !== undefined && isLanguage(match)) return match
  }
  return FALLBACK_LANGUAGE
}
