import { negotiateLanguages } from '@fluent/langneg'
import { parseAccept } from 'hono/utils/accept'
import { FALLBACK_LANGUAGE, isLanguage, LANGUAGES, type Language } from './languages.ts'

export interface LanguageHints {
  /** `?lang=` */
  readonly query?: string
  /** Cookie `preferred_language`. */
  readonly cookie?: string
  /** What the signed-in user has chosen. */
  readonly userPreference?: string
  /** Header `Accept-Language`, with its weights (RFC 9110, section 12.5.4). */
  readonly acceptLanguage?: string
  readonly tenantDefault?: string
}

/** Longer headers are cut: nobody reads a hundred languages. */
const LONGEST_HEADER = 1_000

/** The language to answer in, by the order of G-60; an unknown language is passed over, and English is the last resort. */
export function languageOf({ query, cookie, userPreference, acceptLanguage, tenantDefault }: LanguageHints): Language {
  const tags = [query, cookie, userPreference, ...acceptedTags(acceptLanguage), tenantDefault]
  for (const tag of tags) {
    const language = tag === undefined ? undefined : knownLanguage(tag)
    if (language !== undefined) return language
  }
  return FALLBACK_LANGUAGE
}

/** The tags of the header, best first. Weight 0 means "not this one". */
const acceptedTags = (header = ''): readonly string[] =>
  parseAccept(header.slice(0, LONGEST_HEADER))
    .filter(({ q }) => q > 0)
    .map(({ type }) => type)

/** The language of ours that serves a tag. langneg knows no numeric regions (`es-419`), so the bare language is tried too. */
function knownLanguage(tag: string): Language | undefined {
  const [primary = ''] = tag.split(/[-_]/, 1)
  const [match] = negotiateLanguages([tag, primary], LANGUAGES, { strategy: 'lookup', defaultLocale: 'und' })
  return match !== undefined && isLanguage(match) ? match : undefined
}
