import type { z } from 'zod'
import { ERRORS, type ErrorCode } from '#common/errors.ts'
import type { ErrorParams, FieldFault, Refusal } from '#common/outcome.ts'

type Issue = z.core.$ZodIssue

const escapePointer = (part: PropertyKey) => String(part).replaceAll('~', '~0').replaceAll('/', '~1')

const pointerOf = (path: readonly PropertyKey[], prefix: string) =>
  `${prefix}${path.map((part) => `/${escapePointer(part)}`).join('')}`

const isCode = (code: unknown): code is ErrorCode => typeof code === 'string' && Object.hasOwn(ERRORS, code)

/** What zod found, as our field faults: stable codes, and values that messages may show. */
export function fieldFaults(issues: readonly Issue[], prefix = ''): readonly FieldFault[] {
  return issues.flatMap((issue) => faultsOf(issue, prefix))
}

export const validationRefusal = (issues: readonly Issue[], prefix = ''): Refusal => ({
  code: 'validation.failed',
  fields: fieldFaults(issues, prefix),
})

function faultsOf(issue: Issue, prefix: string): readonly FieldFault[] {
  const at = (code: ErrorCode, params?: ErrorParams, path = issue.path): FieldFault => ({
    pointer: pointerOf(path, prefix),
    code,
    ...(params && { params }),
  })
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => at('validation.unknown_field', undefined, [...issue.path, key]))
    case 'invalid_type':
      return [at(issue.input === undefined ? 'validation.required' : 'validation.invalid_type')]
    case 'too_small':
    case 'too_big':
      return [sizeFault(issue, at)]
    case 'invalid_format':
      return [at('validation.invalid_format')]
    case 'custom': {
      const { code, ...params } = (issue.params ?? {}) as Record<string, string | number> // given by our own schemas only
      return [at(isCode(code) ? code : 'validation.invalid_format', params)]
    }
    case 'invalid_union': {
      const missing = issue.input === undefined
      return [at(missing ? 'validation.required' : 'validation.invalid_choice')]
    }
    default:
      return [
        at(
          issue.input === undefined && issue.code === 'invalid_value'
            ? 'validation.required'
            : 'validation.invalid_choice',
        ),
      ]
  }
}

function sizeFault(
  issue: Extract<Issue, { code: 'too_small' | 'too_big' }>,
  at: (code: ErrorCode, params: ErrorParams) => FieldFault,
): FieldFault {
  const small = issue.code === 'too_small'
  const bound = Number(small ? issue.minimum : issue.maximum)
  const params = small ? { min: bound } : { max: bound }
  if (issue.origin === 'string') return at(small ? 'validation.too_short' : 'validation.too_long', params)
  if (issue.origin === 'array' || issue.origin === 'set') {
    return at(small ? 'validation.too_few_items' : 'validation.too_many_items', params)
  }
  return at('validation.out_of_range', { bound: small ? 'min' : 'max', ...params })
}
