import type { AttemptsRow } from '../writer/rows.ts'

const FIRST_LOCK = 15 * 60_000
const LONGEST_LOCK = 24 * 3_600_000
/** Attempts are forgotten a day after the last one. */
export const ATTEMPTS_KEPT = 24 * 3_600_000

export type Debit =
  | { readonly allowed: true; readonly attempts: AttemptsRow }
  /** `locksNow` on the attempt that closed the door, false on those that found it closed. */
  | { readonly allowed: false; readonly attempts: AttemptsRow; readonly retryAt: number; readonly locksNow: boolean }

/**
 * Takes one attempt before the password is looked at, so that parallel guesses cannot outrun the count: of any number, at
 * most `max` are ever hashed between locks. A lock lasts 15 minutes and doubles up to 24 hours (G-41). `max` 0 = no lock.
 */
export function debitAttempt(row: AttemptsRow | undefined, max: number, now: number): Debit {
  const attempts = row ?? { failed: 0, locks: 0, lockedUntil: 0 }
  if (max === 0) return { allowed: true, attempts }
  if (attempts.lockedUntil > now) return { allowed: false, attempts, retryAt: attempts.lockedUntil, locksNow: false }
  if (attempts.failed < max) return { allowed: true, attempts: { ...attempts, failed: attempts.failed + 1 } }
  const lockedUntil = now + Math.min(FIRST_LOCK * 2 ** attempts.locks, LONGEST_LOCK)
  return {
    allowed: false,
    attempts: { failed: 0, locks: attempts.locks + 1, lockedUntil },
    retryAt: lockedUntil,
    locksNow: true,
  }
}
