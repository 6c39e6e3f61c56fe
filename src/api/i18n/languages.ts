/** The languages the product speaks; the first is the one everything falls back to. */
export const LANGUAGES = ['en', 'de', 'sq', 'fr', 'es'] as const
export type Language = (typeof LANGUAGES)[number]
export const FALLBACK_LANGUAGE: Language = 'en'

export const isLanguage = (text: string): text is Language => (LANGUAGES as readonly string[]).includes(text)
