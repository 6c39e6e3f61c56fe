import { FluentBundle, FluentResource } from '@fluent/bundle'
import type { ErrorParams } from '#common/outcome.ts'
import { CATALOGUE } from './catalogue.ts'
import { formatDateTime, numberLocales } from './formats.ts'
import { FALLBACK_LANGUAGE, type Language } from './languages.ts'

export interface Messages {
  /**
   * A message in a language: in English when it is missing there, its id when nobody has it.
   * @param id a message (`user-last-admin`) or one of its attributes (`user-last-admin.title`)
   * @param params numbers are written as the language writes them, timestamps (RFC 3339, UTC) as date and time in UTC
   */
  format(language: Language, id: string, params?: ErrorParams): string
  /** Whether the language itself has the message or attribute. */
  has(language: Language, id: string): boolean
}

/** Messages from Fluent sources. A language is read on its first use, once. */
export function createMessages(sources: Readonly<Record<Language, readonly string[]>>): Messages {
  const bundles = new Map<Language, FluentBundle>()

  const bundleOf = (language: Language): FluentBundle => {
    const known = bundles.get(language)
    if (known) return known
    // Isolation marks are for mixed scripts on a page; JSON and mail want the plain text.
    const bundle = new FluentBundle(numberLocales(language), { useIsolating: false })
    for (const text of sources[language]) bundle.addResource(new FluentResource(text))
    bundles.set(language, bundle)
    return bundle
  }

  return {
    format(language, id, params = {}) {
      for (const candidate of [language, FALLBACK_LANGUAGE]) {
        const bundle = bundleOf(candidate)
        const pattern = patternOf(bundle, id)
        // A value that is missing shows as its name: without the list of errors Fluent would throw instead.
        if (pattern) return bundle.formatPattern(pattern, variablesOf(candidate, params), [])
      }
      return id
    },
    has: (language, id) => patternOf(bundleOf(language), id) !== undefined,
  }
}

/** The text of a message, or of one of its attributes. */
function patternOf(bundle: FluentBundle, id: string) {
  const [message = '', attribute] = id.split('.')
  const found = bundle.getMessage(message)
  return (attribute === undefined ? found?.value : found?.attributes[attribute]) ?? undefined
}

const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/

/** Parameters are plain JSON, so a point in time arrives as text; it is shown in the language's own form. */
const variablesOf = (language: Language, params: ErrorParams): Record<string, string | number> =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      const time = typeof value === 'string' && TIMESTAMP.test(value) ? Date.parse(value) : Number.NaN
      return [name, Number.isNaN(time) ? value : formatDateTime(language, time)]
    }),
  )

/** The product's own messages. */
export const messages: Messages = createMessages(CATALOGUE)
