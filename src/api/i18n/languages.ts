/** The languages the product speaks (seed lines 3104–3111), the primary one first. */
export const LANGUAGES = ['en', 'de', 'sq', 'fr', 'es'] as const
export type Language = (typeof LANGUAGES)[number]

/** What is spoken when no known language was asked for, and where a missing message is taken from. */
export const FALLBACK_LANGUAGE: Language = 'en'

export const isLanguage = (text: string): text is Language => (LANGUAGES as readonly string[]).includes(text)
