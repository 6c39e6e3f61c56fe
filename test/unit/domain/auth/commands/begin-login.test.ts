import { describe, expect, it } from 'vitest'
import { ATTEMPTS_KEPT } from '#domain/auth/attempts.ts'
import { attemptsId } from '#domain/auth/login-client.ts'
import { tenantCreated, tenantDeleted, tenantWithAdmin, userInvited } from '../../../../support/facts.ts'
import { given } from '../../../../support/given-when-then.ts'
import { ADMIN, client, emailIndexOf, sessionIdOf, settings, TENANT } from '../../../../support/subjects.ts'
import { START } from '../../../../support/tools.ts'

const MINUTE = 60_000
const emailIndex = emailIndexOf('ada@example.com')
const begin = (ip = '192.0.2.7') => ({
  type: 'auth.begin_login' as const,
  input: { tenantId: TENANT, emailIndex, sessionId: sessionIdOf(1), client: client(ip) },
})
const known = [
  { kind: 'email' as const, id: emailIndex, value: { userId: ADMIN } },
  { kind: 'credential' as const, id: ADMIN, value: { passwordHash: 'phc' } },
]
const attempts = (failed: number, locks = 0, lockedUntil = 0) => ({
  kind: 'attempts' as const,
  id: attemptsId(emailIndex, client()),
  value: { failed, locks, lockedUntil },
})

describe('auth.begin_login', () => {
  it('debits an attempt before it hands out the hash', async () => {
    const { decision } = await given(...tenantWithAdmin())
      .with(...known)
      .when(begin())
    expect(decision).toEqual({
      events: [],
      rows: [{ ...attempts(1), expiresAt: START + ATTEMPTS_KEPT }],
      reply: { kind: 'verify', userId: ADMIN, passwordHash: 'phc', sessionEpoch: 1, sessionTimeout: 'PT1H' },
    })
  })

  it('costs unknown addresses the same, and tells nothing of them', async () => {
    const { decision } = await given(...tenantWithAdmin()).when(begin())
    expect(decision.rows).toEqual([{ ...attempts(1), expiresAt: START + ATTEMPTS_KEPT }])
    expect(decision.reply).toEqual({ kind: 'verify', sessionTimeout: 'PT1H' })
  })

  it('has no hash for who has only been invited', async () => {
    const { decision } = await given(tenantCreated(), ...userInvited(1))
      .with(...known.slice(0, 1))
      .when(begin())
    expect(decision.reply).toEqual({ kind: 'verify', userId: ADMIN, sessionEpoch: 0, sessionTimeout: 'PT1H' })
  })

  it('locks with the attempt after the last one allowed, and tells that once', async () => {
    const fifth = await given(...tenantWithAdmin())
      .with(...known, attempts(4))
      .when(begin())
    expect(fifth.decision.reply).toMatchObject({ kind: 'verify' })
    const sixth = await given(...tenantWithAdmin())
      .with(...known, attempts(5))
      .when(begin())
    expect(sixth.decision.reply).toEqual({ kind: 'locked', retryAt: START + 15 * MINUTE })
    expect(sixth.event('auth.login_failed').data).toMatchObject({ failureReason: 'tooManyAttempts', userId: ADMIN })
    expect(sixth.decision.rows).toEqual([
      { ...attempts(0, 1, START + 15 * MINUTE), expiresAt: START + 15 * MINUTE + ATTEMPTS_KEPT },
    ])
    const next = await given(...tenantWithAdmin())
      .with(...known, attempts(0, 1, START + 1))
      .when(begin())
    next.emits()
    expect(next.decision.reply).toEqual({ kind: 'locked', retryAt: START + 1 })
    expect(next.decision.rows).toBeUndefined()
  })

  it('seals a stranger’s network address under the tenant’s key', async () => {
    const { decision } = await given(...tenantWithAdmin())
      .with(attempts(5))
      .when(begin())
    expect(decision.events[0]).toMatchObject({ subjectId: TENANT, event: { personal: { ipAddress: '192.0.2.7' } } })
    expect(decision.events[0]?.event.data).not.toHaveProperty('userId')
  })

  it('counts each network address apart, so that a stranger locks nobody out', async () => {
    const { decision } = await given(...tenantWithAdmin())
      .with(...known, attempts(0, 1, START + MINUTE))
      .when(begin('198.51.100.1'))
    expect(decision.reply).toMatchObject({ kind: 'verify' })
  })

  it('opens again when the lock has run out', async () => {
    const { decision } = await given(...tenantWithAdmin())
      .with(...known, attempts(0, 1, START))
      .when(begin())
    expect(decision.reply).toMatchObject({ kind: 'verify' })
  })

  it('writes nothing where the tenant has turned the lock off', async () => {
    const unlocked = tenantWithAdmin({ settings: settings({ securityPolicy: { maxLoginAttempts: 0 } }) })
    const { decision } = await given(...unlocked)
      .with(...known)
      .when(begin())
    expect(decision).toMatchObject({ events: [], rows: [], reply: { kind: 'verify', passwordHash: 'phc' } })
  })

  it('writes nothing at all into the log of a tenant that is not there', async () => {
    const then = await given().with(attempts(5)).when(begin())
    expect(then.decision).toEqual({ events: [], reply: { kind: 'verify', sessionTimeout: 'PT1H' } })
  })

  it('still counts in a tenant on its way out', async () => {
    const { decision } = await given(...tenantWithAdmin(), tenantDeleted())
      .with(...known)
      .when(begin())
    expect(decision.rows).toHaveLength(1)
  })
})
