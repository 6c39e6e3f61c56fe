import { describe, expect, it } from 'vitest'
import { ERRORS, messageIdOf, type ErrorCode } from '#common/errors.ts'
import { CATALOGUE } from '#api/i18n/catalogue.ts'
import { LANGUAGES } from '#api/i18n/languages.ts'
import { languageFolders, messageFiles, PatternParts, sourceOf, textsOf } from '../../support/fluent-catalogue.ts'
import { productFiles, refusalSites } from '../../support/refusal-sites.ts'

// The keys are the whole table, which is what the type says.
const CODES = Object.keys(ERRORS) as ErrorCode[]
const ENGLISH = textsOf('en')
const TRANSLATIONS = LANGUAGES.filter((language) => language !== 'en')
const FILES = ['emails.ftl', 'errors.ftl', 'system.ftl', 'ui.ftl', 'validation.ftl']

/** Messages the seed asks for by name (lines 3180–3192), for whoever builds a user interface on the API. */
const OF_THE_SEED = ['app-title', 'button-cancel', 'button-save', 'user-count']

/** What reads the same everywhere: the product's name. */
const SAME_EVERYWHERE = ['service-name', 'app-title']

const variablesOf = (texts: typeof ENGLISH) =>
  Object.fromEntries([...texts].map(([id, pattern]) => [id, [...PatternParts.of(pattern).variables].toSorted()]))

const idsByFile = (of: string) =>
  Object.fromEntries(
    messageFiles(of).map(({ name, messages }) => [
      name,
      messages
        .flatMap(({ id, attributes }) => [id.name, ...attributes.map((item) => `${id.name}.${item.id.name}`)])
        .toSorted(),
    ]),
  )

const idsIn = (name: string) =>
  messageFiles('en')
    .find((file) => file.name === name)
    ?.messages.map(({ id }) => id.name)
    .toSorted()

const isField = (code: ErrorCode) => /^(?:validation|password)\./.test(code)

describe('the files', () => {
  it('are there for every registered language, and for no other', () => {
    expect(languageFolders()).toEqual(LANGUAGES.toSorted())
  })

  it.each(LANGUAGES)('of %s are the five categories, without a line Fluent cannot read', (language) => {
    const files = messageFiles(language)
    expect(files.map(({ name }) => name)).toEqual(FILES)
    expect(files.flatMap(({ junk }) => junk)).toEqual([])
  })

  it.each(LANGUAGES)('of %s define no message twice', (language) => {
    const ids = messageFiles(language).flatMap(({ messages }) => messages.map(({ id }) => id.name))
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
  })

  it.each(LANGUAGES)('of %s are the ones compiled in', (language) => {
    const compiled = CATALOGUE[language].join('\n')
    expect(CATALOGUE[language]).toHaveLength(FILES.length)
    for (const id of textsOf(language).keys()) expect(compiled).toContain(id.split('.')[0])
  })
})

describe.each(TRANSLATIONS)('%s', (language) => {
  const texts = textsOf(language)

  it('has the messages and attributes of English, in the same files', () => {
    expect(idsByFile(language)).toEqual(idsByFile('en'))
  })

  it('shows the same values in each', () => {
    expect(variablesOf(texts)).toEqual(variablesOf(ENGLISH))
  })

  it('leaves nothing in English', () => {
    const untranslated = [...texts].filter(([id, pattern]) => {
      const english = ENGLISH.get(id)
      return english && sourceOf(english) === sourceOf(pattern) && !SAME_EVERYWHERE.includes(id)
    })
    expect(untranslated.map(([id]) => id)).toEqual([])
  })
})

describe.each(LANGUAGES)('plurals of %s', (language) => {
  const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories
  const anyCategory: readonly string[] = ['zero', 'one', 'two', 'few', 'many']
  const plurals = [...textsOf(language)].flatMap(([id, pattern]) =>
    PatternParts.of(pattern)
      .selections.map(({ selector, variants }) => ({
        id,
        counted: [...PatternParts.of(selector).variables],
        variants: variants.map(({ key, value }) => ({ key: key.type === 'Identifier' ? key.name : key.value, value })),
      }))
      .filter(({ variants }) => variants.some(({ key }) => anyCategory.includes(key))),
  )

  it('cover exactly the categories of the language', () => {
    expect(plurals.map(({ id }) => id)).toContain('user-count')
    for (const { id, variants } of plurals) {
      expect([id, ...variants.map(({ key }) => key).toSorted()]).toEqual([id, ...categories.toSorted()])
    }
  })

  // In French "one" also means 0 and 1.5: a variant that spells out "1" would lie (G-61).
  it('say the number itself in every variant', () => {
    for (const { id, counted, variants } of plurals) {
      for (const { key, value } of variants) {
        expect([id, key, ...PatternParts.of(value).variables]).toEqual([id, key, ...counted])
      }
    }
  })
})

describe('error codes', () => {
  it('each have a message and a title', () => {
    const missing = CODES.map(messageIdOf).filter((id) => !ENGLISH.has(id) || !ENGLISH.has(`${id}.title`))
    expect(missing).toEqual([])
  })

  it('keep to their file: faults of fields in validation.ftl, the rest in errors.ftl', () => {
    expect(idsIn('validation.ftl')).toEqual(CODES.filter(isField).map(messageIdOf).toSorted())
    expect(idsIn('errors.ftl')).toEqual(
      CODES.filter((code) => !isField(code))
        .map(messageIdOf)
        .toSorted(),
    )
  })

  it('have titles that are constant, since a title belongs to the code and not to the occurrence', () => {
    const titles = [...ENGLISH].filter(([id]) => id.endsWith('.title'))
    expect(titles.filter(([, pattern]) => PatternParts.of(pattern).variables.size > 0).map(([id]) => id)).toEqual([])
  })

  it('come with exactly the values their message shows, wherever the product refuses', () => {
    const sites = refusalSites()
    expect(sites.length).toBeGreaterThan(40)
    const shown = variablesOf(ENGLISH)
    const wrong = sites.filter(({ code, params }) => params.join() !== shown[messageIdOf(code)]?.join())
    expect(wrong).toEqual([])
  })
})

describe('English', () => {
  it('says of every value what it is, for whoever translates', () => {
    for (const { id, value, comment } of messageFiles('en').flatMap(({ messages }) => messages)) {
      const described = [...(comment?.content ?? '').matchAll(/^\$(\w+) \(/gm)].map(([, name]) => name ?? '')
      const shown = value ? [...PatternParts.of(value).variables] : []
      expect([id.name, ...described.toSorted()]).toEqual([id.name, ...shown.toSorted()])
    }
  })

  it('holds no message that nothing uses', () => {
    const code = productFiles()
      .map(({ text }) => text)
      .join('\n')
    const referred = new Set([...ENGLISH.values()].flatMap((pattern) => [...PatternParts.of(pattern).references]))
    const ofCodes = new Set(CODES.map(messageIdOf))
    const unused = [...ENGLISH.keys()]
      .filter((id) => !id.includes('.'))
      .filter((id) => !ofCodes.has(id) && !referred.has(id) && !OF_THE_SEED.includes(id) && !code.includes(`'${id}'`))
    expect(unused).toEqual([])
  })
})

describe('French', () => {
  it('has no line break before its double punctuation', () => {
    const breakable = [...textsOf('fr')].filter(([, pattern]) => / [:;!?»]|« /.test(sourceOf(pattern)))
    expect(breakable.map(([id]) => id)).toEqual([])
  })
})
