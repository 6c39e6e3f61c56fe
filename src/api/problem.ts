import { ERRORS, messageIdOf } from '#common/errors.ts'
import type { FieldFault, Refusal } from '#common/outcome.ts'
import { FALLBACK_LANGUAGE, type Language } from './i18n/languages.ts'
import { messages } from './i18n/messages.ts'

/** A problem document (RFC 9457) with our extensions. `detail` and `title` are in the caller's language. */
export interface ProblemBody {
  /** A name that never changes, one per code; it leads nowhere. */
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly requestId: string
  readonly instance?: string
  readonly errors?: readonly { readonly pointer: string; readonly code: string; readonly detail: string }[]
}

export interface ProblemAnswer {
  readonly status: number
  readonly body: ProblemBody
  readonly headers: Readonly<Record<string, string>>
}

export interface ProblemContext {
  readonly requestId: string
  /** A URI reference to this one occurrence. */
  readonly instance?: string
}

/**
 * The answer to a refusal: status and text from the one error catalogue.
 * @param asked undefined when a request failed before its language was known
 */
export function problemOf(
  refusal: Refusal,
  asked: Language | undefined,
  { requestId, instance }: ProblemContext,
): ProblemAnswer {
  const { code, params, fields, retryAfter } = refusal
  const language = asked ?? FALLBACK_LANGUAGE
  const { status } = ERRORS[code]
  const id = messageIdOf(code)
  return {
    status,
    headers: {
      'Content-Type': 'application/problem+json',
      'Content-Language': language,
      ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
      ...(retryAfter !== undefined && { 'Retry-After': String(retryAfter) }),
    },
    body: {
      type: `urn:acci:problem:${code}`,
      title: messages.format(language, `${id}.title`),
      status,
      detail: messages.format(language, id, params),
      code,
      requestId,
      ...(instance !== undefined && { instance }),
      ...(fields && { errors: fields.map((field) => fieldError(field, language)) }),
    },
  }
}

const fieldError = ({ pointer, code, params }: FieldFault, language: Language) => ({
  pointer,
  code,
  detail: messages.format(language, messageIdOf(code), params),
})

/** The answer to a fault of ours: says that, and nothing of what went wrong inside. */
export const faultProblem = (language: Language | undefined, context: ProblemContext): ProblemAnswer =>
  problemOf({ code: 'internal.error', params: { requestId: context.requestId } }, language, context)
