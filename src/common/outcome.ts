import type { ErrorCode } from './errors.ts'

/** A value a message may show: always a plain string or number, so that Fluent can format it in any language. */
export type ErrorParams = Readonly<Record<string, string | number>>

/** What is wrong with one field. `pointer` is a JSON pointer (RFC 6901) into the request body, or `?name` for a query parameter. */
export interface FieldFault {
  readonly pointer: string
  readonly code: ErrorCode
  readonly params?: ErrorParams
}

/** A business refusal: a value, never an exception, because a thrown class does not survive a Durable Object call. */
export interface Refusal {
  readonly code: ErrorCode
  readonly params?: ErrorParams
  readonly fields?: readonly FieldFault[]
  /** Seconds after which the same request may succeed. */
  readonly retryAfter?: number
}

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Refusal }

export const accept = <T>(value: T): Outcome<T> => ({ ok: true, value })

export const refuse = (code: ErrorCode, details: Omit<Refusal, 'code'> = {}): Outcome<never> => ({
  ok: false,
  error: { code, ...details },
})

/** A refusal of one field of the request body. */
export const refuseField = (pointer: string, code: ErrorCode, params?: ErrorParams): Outcome<never> =>
  refuse('validation.failed', { fields: [{ pointer, code, ...(params && { params }) }] })
