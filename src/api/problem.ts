import { ERRORS, messageIdOf } from '#common/errors.ts'
import type { Refusal } from '#common/outcome.ts'
import type { Language } from './i18n/languages.ts'
import { formatMessage } from './i18n/messages.ts'

/** A problem document (RFC 9457) with our extensions. `detail` and `title` are in the caller's language. */
export interface ProblemBody {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly requestId: string
  readonly errors?: readonly { readonly pointer: string; readonly code: string; readonly detail: string }[]
}

export interface ProblemAnswer {
  readonly status: number
  readonly body: ProblemBody
  readonly headers: Readonly<Record<string, string>>
}

/** The answer to a refusal: status and text from the one error catalogue. */
export function problemOf(
  refusal: Refusal,
  language: Language,
  { requestId }: { readonly requestId: string },
): ProblemAnswer {
  const { code, params, fields, retryAfter } = refusal
  const { status } = ERRORS[code]
  const id = messageIdOf(code)
  const errors = fields?.map((field) => ({
    pointer: field.pointer,
    code: field.code,
    detail: formatMessage(language, messageIdOf(field.code), field.params),
  }))
  return {
    status,
    headers: {
      'Content-Language': language,
      ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
      ...(retryAfter !== undefined && { 'Retry-After': String(retryAfter) }),
    },
    body: {
      type: `urn:acci:problem:${code}`,
      title: formatMessage(language, `problem-title-${status}`),
      status,
      detail: formatMessage(language, id, params),
      code,
      requestId,
      ...(errors && { errors }),
    },
  }
}

/** The answer to a fault of ours: says that, and nothing of what went wrong inside. */
export const faultProblem = (language: Language, context: { readonly requestId: string }): ProblemAnswer =>
  problemOf({ code: 'internal.error', params: { requestId: context.requestId } }, language, context)
