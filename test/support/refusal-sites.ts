import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { ERRORS, type ErrorCode } from '#common/errors.ts'

const SRC = join(import.meta.dirname, '../../src')

/** Every TypeScript file of the product, by its path below `src/`. */
export const productFiles = (): readonly { readonly path: string; readonly text: string }[] =>
  globSync('**/*.ts', { cwd: SRC })
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(SRC, path), 'utf8') }))

/** A place that gives a code as a literal, and the names of the values it gives with it. */
export interface RefusalSite {
  readonly where: string
  readonly code: ErrorCode
  readonly params: readonly string[]
}

const isCode = (text: string): text is ErrorCode => Object.hasOwn(ERRORS, text)

/** Where the product refuses with a code and values that can both be read off the source. */
export function refusalSites(): readonly RefusalSite[] {
  const sites: RefusalSite[] = []
  for (const { path, text } of productFiles()) {
    const file = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true)
    const visit = (node: ts.Node): void => {
      for (const { codes, params } of refusalsIn(node)) {
        const { line } = file.getLineAndCharacterOfPosition(node.getStart())
        for (const code of codes) sites.push({ where: `${path}:${line + 1}`, code, params })
      }
      ts.forEachChild(node, visit)
    }
    visit(file)
  }
  return sites
}

type Refusal = Pick<RefusalSite, 'params'> & { readonly codes: readonly ErrorCode[] }

const found = (code: ts.Expression | undefined, params: readonly string[] | undefined): readonly Refusal[] =>
  code && params ? [{ codes: codesIn(code), params }] : []

function refusalsIn(node: ts.Node): readonly Refusal[] {
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
    const [first, second, third] = node.arguments
    if (node.expression.text === 'refuse') return found(first, paramsOf(second))
    if (node.expression.text === 'refuseField') return found(second, namesOf(third))
  }
  // As in `{ code: 'request.too_large', params: { max } }`. What zod's own issues carry is not ours to read.
  if (ts.isObjectLiteralExpression(node) && memberOf(node, 'message') === undefined) {
    return found(memberOf(node, 'code'), paramsOf(node))
  }
  return []
}

const memberOf = (object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined =>
  object.properties.filter(ts.isPropertyAssignment).find((property) => property.name.getText() === name)?.initializer

const paramsOf = (details: ts.Expression | undefined): readonly string[] | undefined =>
  details && ts.isObjectLiteralExpression(details) ? namesOf(memberOf(details, 'params')) : namesOf(details)

/** Undefined when the values are not written there and then. */
const namesOf = (object: ts.Expression | undefined): readonly string[] | undefined => {
  if (object === undefined) return []
  if (!ts.isObjectLiteralExpression(object) || object.properties.some(ts.isSpreadAssignment)) return undefined
  return object.properties.map((property) => property.name?.getText() ?? '').toSorted()
}

/** The code itself, or those that a condition chooses between. */
const codesIn = (expression: ts.Expression): readonly ErrorCode[] => {
  if (ts.isStringLiteral(expression)) return isCode(expression.text) ? [expression.text] : []
  return ts.isConditionalExpression(expression)
    ? [...codesIn(expression.whenTrue), ...codesIn(expression.whenFalse)]
    : []
}
