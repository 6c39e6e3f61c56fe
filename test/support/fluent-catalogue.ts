import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  parse,
  serializeExpression,
  Visitor,
  type Message,
  type MessageReference,
  type Pattern,
  type SelectExpression,
  type VariableReference,
} from '@fluent/syntax'

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
export const textsOf = (language: string): ReadonlyMap<string, Pattern> =>
  new Map(
    messageFiles(language)
      .flatMap(({ messages }) => messages)
      .flatMap(({ id, value, attributes }) => [
        ...(value ? [[id.name, value] as const] : []),
        ...attributes.map((attribute) => [`${id.name}.${attribute.id.name}`, attribute.value] as const),
      ]),
  )

/** A text as its file spells it. */
export const sourceOf = (pattern: Pattern): string =>
  pattern.elements
    .map((element) =>
      element.type === 'TextElement' ? element.value : `{ ${serializeExpression(element.expression)} }`,
    )
    .join('')

/** What a text is made of, in all its variants. */
export class PatternParts extends Visitor {
  readonly variables = new Set<string>()
  readonly references = new Set<string>()
  readonly selections: SelectExpression[] = []

  static of(node: Pattern | SelectExpression['selector']): PatternParts {
    const parts = new PatternParts()
    parts.visit(node)
    return parts
  }

  override visitVariableReference(node: VariableReference) {
    this.variables.add(node.id.name)
  }

  override visitMessageReference(node: MessageReference) {
    this.references.add(node.id.name)
  }

  override visitSelectExpression(node: SelectExpression) {
    this.selections.push(node)
    this.genericVisit(node)
  }
}
