import { describe, expect, it } from 'vitest'
import { signedIn, tenantWithAdmin } from '../../../../support/facts.ts'
import { given } from '../../../../support/given-when-then.ts'
import { ADMIN, sessionIdOf, TENANT } from '../../../../support/subjects.ts'

const sessionId = sessionIdOf(1)
const logout = {
  type: 'auth.logout' as const,
  input: { tenantId: TENANT, sessionId, logoutType: 'userInitiated' as const },
}
const facts = [...tenantWithAdmin(), signedIn(sessionId, ADMIN)]

describe('auth.logout', () => {
  it('ends the session', async () => {
    const then = await given(...facts).when(logout)
    expect(then.event('auth.logout').data).toEqual({
      userId: ADMIN,
      tenantId: TENANT,
      sessionId,
      logoutType: 'userInitiated',
      logoutTimestamp: '2026-03-01T12:00:00.000Z',
    })
    expect(then.decision.aggregate).toEqual({ type: 'session', id: sessionId })
  })

  it('ends nothing twice, and nothing that never began', async () => {
    const ended = (await given(...facts).when(logout)).decision.events
    ;(await given(...facts, ...ended).when(logout)).emits()
    ;(await given(...tenantWithAdmin()).when(logout)).emits()
  })
})
