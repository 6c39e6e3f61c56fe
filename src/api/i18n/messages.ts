import { FluentBundle, FluentResource } from '@fluent/bundle'
import { CATALOGUE } from './catalogue.ts'
import { FALLBACK_LANGUAGE, type Language } from './languages.ts'

export type MessageParams = Readonly<Record<string, string | number>>

const bundles = new Map<Language, FluentBundle>()

/** The bundle of a language, made on its first use and kept. */
function bundleOf(language: Language): FluentBundle {
  const known = bundles.get(language)
  if (known) return known
  // Isolation marks are for mixed scripts on a page; JSON and mail want the plain text.
  const bundle = new FluentBundle(language, { useIsolating: false })
  for (const text of CATALOGUE[language]) bundle.addResource(new FluentResource(text))
  bundles.set(language, bundle)
  return bundle
}

/** A message in a language; English when it is missing there, the id itself when nobody has it. */
export function formatMessage(language: Language, id: string, params: MessageParams = {}): string {
  for (const candidate of [language, FALLBACK_LANGUAGE]) {
    const bundle = bundleOf(candidate)
    const pattern = bundle.getMessage(id)?.value
    // A value that is missing shows as its name: the errors array keeps Fluent from throwing.
    if (pattern) return bundle.formatPattern(pattern, { ...params }, [])
  }
  return id
}
