import { emailDomain, type EmailAddress } from '#common/email.ts'
import type { ErrorCode } from '#common/errors.ts'
import { refuseField } from '#common/outcome.ts'
import { unwrap } from './refusal-error.ts'
import type { Services } from './services.ts'

/** Throw-away addresses are refused (seed line 647). */
export function checkEmailDomain(services: Services, email: EmailAddress, pointer: string, code: ErrorCode): void {
  const domain = emailDomain(email)
  if (services.isDisposableDomain(domain)) unwrap(refuseField(pointer, code, { domain }))
}
