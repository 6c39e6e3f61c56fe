import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { debitAttempt } from '#domain/auth/attempts.ts'
import type { AttemptsRow } from '#domain/writer/rows.ts'

const MINUTE = 60_000

describe('debitAttempt', () => {
  it('doubles the lock from 15 minutes up to 24 hours', () => {
    let row: AttemptsRow | undefined
    let now = 0
    const locks: number[] = []
    while (locks.length < 10) {
      const debit = debitAttempt(row, 3, now)
      row = debit.attempts
      if (debit.allowed) continue
      locks.push((debit.retryAt - now) / MINUTE)
      now = debit.retryAt
    }
    expect(locks).toEqual([15, 30, 60, 120, 240, 480, 960, 1_440, 1_440, 1_440])
  })

  it('locks for a finite time, however often it has locked', () => {
    const debit = debitAttempt({ failed: 5, locks: 5_000, lockedUntil: 0 }, 5, 0)
    expect(debit).toMatchObject({ allowed: false, retryAt: 1_440 * MINUTE })
  })

  it('never allows more than the most attempts between two locks, whatever the times', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 }),
        fc.array(fc.integer({ min: 0, max: 40 * MINUTE }), { maxLength: 200 }),
        (max, gaps) => {
          let row: AttemptsRow | undefined
          let now = 0
          let allowed = 0
          for (const gap of gaps) {
            now += gap
            const debit = debitAttempt(row, max, now)
            row = debit.attempts
            allowed = debit.allowed ? allowed + 1 : 0
            expect(allowed).toBeLessThanOrEqual(max)
            if (!debit.allowed) expect(debit.retryAt).toBeGreaterThan(now)
          }
        },
      ),
    )
  })

  it('is off at 0', () => {
    for (const row of [undefined, { failed: 99, locks: 3, lockedUntil: 10 }])
      expect(debitAttempt(row, 0, 5).allowed).toBe(true)
  })
})
