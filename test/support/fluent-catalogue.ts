import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FluentSerializer, parse, Visitor, type Message, type Pattern, type SelectExpression } from '@fluent/syntax'
import type { Language } from '#api/i18n/languages.ts'

const FOLDER = join(import.meta.dirname, '../../i18n')

export interface MessageFile {
  readonly name: string
  readonly messages: readonly Message[]
  /** What the parser could not read. */
  readonly junk: readonly string[]
}

/** The folders on disk, so that a language nobody registered is seen too. */
export const languageFolders = (): readonly string[] => readdirSync(FOLDER).toSorted()

/** Every file of a language as it lies on disk, parsed. */
export const messageFiles = (language: string): readonly MessageFile[] =>
  readdirSync(join(FOLDER, language))
    .toSorted()
    .map((name) => {
      const { body } = parse(readFileSync(join(FOLDER, language, name), 'utf8'), {})
      return {
        name,
        messages: body.filter((entry) => entry.type === 'Message'),
        junk: body.filter((entry) => entry.type === 'Junk').map(({ content }) => content),
      }
    })

/** Every text of a language by its id, attributes as `id.attribute`. */
export const textsOf = (language: Language): ReadonlyMap<string, Pattern> =>
  new Map(
    messageFiles(language)
      .flatMap(({ messages }) => messages)
      .flatMap(({ id, value, attributes }) => [
        ...(value ? [[id.name, value] as const] : []),
        ...attributes.map((attribute) => [`${id.name}.${attribute.id.name}`, attribute.value] as const),
      ]),
  )

export const sourceOf = (pattern: Pattern): string =>
  pattern.elements.map((element) => (element.type === 'TextElement' ? element.value : serializer.serializeExpression(element))).join('')

const serializer = new (class extends FluentSerializer {
  serializeExpression(placeable: Pattern['elements'][number]): string {
    return JSON.stringify(placeable)
  }
})()

interface Parts {
  readonly variables: readonly string[]
  readonly references: readonly string[]
  readonly selections: readonly SelectExpression[]
}

/** What a pattern is made of, in all its variants. */
export function partsOf(pattern: Parameters<Visitor['visit']>[0]): Parts {
  const variables = new Set<string>()
  const references: string[] = []
  const selections: SelectExpression[] = []
  const visitor = new (class extends Visitor {
    visitVariableReference(node: { id: { name: string } }) {
      variables.add(node.id.name)
    }
    visitMessageReference(node: { id: { name: string } }) {
      references.push(node.id.name)
    }
    visitSelectExpression(node: SelectExpression) {
      selections.push(node)
      this.genericVisit(node)
    }
  })()
  visitor.visit(pattern)
  return { variables: [...variables].toSorted(), references, selections }
}
