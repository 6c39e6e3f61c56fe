import { object, text, type Answer, type CallOptions } from './client.ts'
import type { StrictClient } from './security-answers.ts'
import type { Attempt } from './security-expectations.ts'

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const

/** An operation as the product's own document describes it. */
export interface Operation {
  readonly id: string
  readonly method: string
  /** With its parameters in braces. */
  readonly path: string
  readonly isSecured: boolean
  readonly hasBody: boolean
  readonly hasQuery: boolean
}

/** Every operation of the product's own document. */
export async function operationsOf(client: StrictClient): Promise<readonly Operation[]> {
  const { paths } = (await client.call('GET', '/openapi.json')).body
  return Object.entries(object(paths)).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const described = object(item)[method]
      if (described === undefined) return []
      const { operationId, security, requestBody, parameters } = object(described)
      const given = (parameters ?? []) as readonly Readonly<Record<string, unknown>>[] // parameters of OpenAPI
      return {
        id: text(operationId),
        method: method.toUpperCase(),
        path,
        isSecured: Array.isArray(security) && security.length > 0,
        hasBody: requestBody !== undefined,
        hasQuery: given.some((parameter) => parameter['in'] === 'query'),
      }
    }),
  )
}

/** The path of an operation with its parameters filled in. */
export const pathOf = ({ path }: Pick<Operation, 'path'>, params: Readonly<Record<string, string>> = {}): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name]
    if (value === undefined) throw new Error(`${path} needs ${name}`)
    return value
  })

/** Sends an attempt at an operation. */
export const attempt = (
  client: StrictClient,
  operation: Pick<Operation, 'method' | 'path'>,
  { params, body }: Attempt,
  options: CallOptions = {},
): Promise<Answer> =>
  client.call(operation.method, pathOf(operation, params), { ...(body !== undefined && { body }), ...options })
