import type { Outcome, Refusal } from '#common/outcome.ts'

/** Carries a refusal from inside a handler to the one place that answers it. Never leaves the API layer. */
export class RefusalError extends Error {
  override readonly name = 'RefusalError'
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.code)
    this.refusal = refusal
  }
}

/** The value of an outcome; a refusal ends the request with its problem document. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new RefusalError(outcome.error)
  return outcome.value
}
