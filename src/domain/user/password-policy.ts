import type { ErrorCode } from '#common/errors.ts'
import type { FieldFault } from '#common/outcome.ts'

/** Seed lines 634–642. Lengths in code points of the NFC form. */
const MIN_LENGTH = 8
const MAX_LENGTH = 128

const REQUIRED: readonly (readonly [RegExp, ErrorCode])[] = [
  [/\p{Lu}/u, 'password.missing_uppercase'],
  [/\p{Ll}/u, 'password.missing_lowercase'],
  [/\p{N}/u, 'password.missing_number'],
  [/[^\p{L}\p{N}\s]/u, 'password.missing_special'],
]

/** What a new password lacks. Asked when one is set, never at sign-in (G-45). `minLength`: the tenant's own minimum. */
export function passwordFaults(password: string, minLength: number, pointer = '/password'): readonly FieldFault[] {
  const length = Array.from(password.normalize('NFC')).length
  const min = Math.max(MIN_LENGTH, minLength)
  const faults: FieldFault[] = []
  if (length < min) faults.push({ pointer, code: 'password.too_short', params: { min } })
  if (length > MAX_LENGTH) faults.push({ pointer, code: 'password.too_long', params: { max: MAX_LENGTH } })
  for (const [pattern, code] of REQUIRED) if (!pattern.test(password)) faults.push({ pointer, code })
  return faults
}
