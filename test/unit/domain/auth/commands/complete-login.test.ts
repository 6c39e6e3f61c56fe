import { describe, expect, it } from 'vitest'
import type { CompleteLoginInput } from '#domain/auth/commands/complete-login.ts'
import { attemptsId } from '#domain/auth/login-client.ts'
import {
  tenantCreated,
  tenantDeleted,
  tenantWithAdmin,
  userActive,
  userDeactivated,
  userInvited,
} from '../../../../support/facts.ts'
import { given, type Fact } from '../../../../support/given-when-then.ts'
import { client, emailIndexOf, sessionIdOf, settings, TENANT, userIdOf } from '../../../../support/subjects.ts'

const emailIndex = emailIndexOf('user2@example.com')
const complete = (change: Partial<CompleteLoginInput> = {}) => ({
  type: 'auth.complete_login' as const,
  input: {
    tenantId: TENANT,
    emailIndex,
    sessionId: sessionIdOf(1),
    client: client(),
    userId: userIdOf(2),
    sessionEpoch: 1,
    verified: true,
    ...change,
  },
})
const bob = [...tenantWithAdmin(), ...userActive(2)]

describe('auth.complete_login', () => {
  it('begins a session that ends within 24 hours, and forgets the attempts', async () => {
    const then = await given(...bob).when(complete())
    expect(then.event('auth.login_succeeded')).toMatchObject({
      data: { sessionId: sessionIdOf(1), userId: userIdOf(2), expiresAt: '2026-03-02T12:00:00.000Z', sessionEpoch: 1 },
      personal: { ipAddress: '192.0.2.7', deviceInfo: { userAgent: 'curl/8' } },
    })
    expect(then.decision).toMatchObject({
      reply: { kind: 'succeeded', expiresAt: '2026-03-02T12:00:00.000Z' },
      aggregate: { type: 'user', id: userIdOf(2) },
      rows: [{ kind: 'attempts', id: attemptsId(emailIndex, client()), value: undefined }],
    })
    expect(then.decision.events[0]).toMatchObject({ aggregateId: sessionIdOf(1), subjectId: userIdOf(2) })
  })

  it('keeps a stronger hash', async () => {
    const { decision } = await given(...bob).when(complete({ rehashed: 'phc2' }))
    expect(decision.rows).toContainEqual({ kind: 'credential', id: userIdOf(2), value: { passwordHash: 'phc2' } })
  })

  const failed = { kind: 'failed', reason: 'invalidCredentials' }

  it('keeps a wrong password, and its attempt', async () => {
    const then = await given(...bob).when(complete({ verified: false }))
    expect(then.event('auth.login_failed').data).toMatchObject({
      failureReason: 'invalidCredentials',
      userId: userIdOf(2),
    })
    expect(then.decision).toMatchObject({ reply: failed })
    expect(then.decision.rows).toBeUndefined()
  })

  it('ends a login whose password was replaced, or whose user was deactivated for a while, since the hash was handed out', async () => {
    const replaced: Fact = {
      aggregateId: userIdOf(2),
      event: { type: 'user.password_set', data: { userId: userIdOf(2), tenantId: TENANT } },
    }
    const back: Fact = {
      aggregateId: userIdOf(2),
      event: {
        type: 'user.reactivated',
        data: { userId: userIdOf(2), tenantId: TENANT, trigger: 'adminAction', status: 'active' },
      },
    }
    for (const meanwhile of [[replaced], [userDeactivated(2, 'temporary'), back]]) {
      const then = await given(...bob, ...meanwhile).when(complete({ rehashed: 'of the old password' }))
      expect(then.decision.reply).toEqual(failed)
      expect(then.event('auth.login_failed').data.failureReason).toBe('invalidCredentials')
      expect(then.decision.rows).toBeUndefined()
    }
  })

  it('says the same of an unknown address, an invited user and a deactivated one', async () => {
    const { userId: _userId, ...unknown } = complete().input
    const stranger = await given(...bob).when({ type: 'auth.complete_login', input: unknown })
    expect(stranger.decision.reply).toEqual(failed)
    expect(stranger.event('auth.login_failed').data).not.toHaveProperty('userId')
    expect(stranger.decision.events[0]).toMatchObject({ subjectId: TENANT })

    const invited = await given(...tenantWithAdmin(), ...userInvited(2)).when(complete())
    expect(invited.decision.reply).toEqual(failed)
    const away = await given(...bob, userDeactivated(2, 'temporary')).when(complete())
    expect(away.decision.reply).toEqual(failed)
    expect(away.event('auth.login_failed').data.failureReason).toBe('accountDeactivated')
  })

  it('lets nobody into a tenant on its way out', async () => {
    const then = await given(...bob, tenantDeleted()).when(complete())
    expect(then.decision.reply).toEqual(failed)
    expect(then.event('auth.login_failed').data.failureReason).toBe('tenantDeactivated')
  })

  it('writes nothing into the log of a tenant that is not there', async () => {
    const then = await given().when(complete())
    expect(then.decision).toEqual({ events: [], reply: failed })
  })

  it('tells who knows the password that the network address is not allowed, and nobody else', async () => {
    const policy = settings({ securityPolicy: { allowedIpRanges: ['10.0.0.0/8', '2001:db8::/32'] } })
    const walled = [tenantCreated({ settings: policy }), ...userActive(2)]
    const outside = await given(...walled).when(complete())
    expect(outside.decision.reply).toEqual({ kind: 'failed', reason: 'ipNotAllowed' })
    expect(outside.event('auth.login_failed').data.failureReason).toEqual({ other: 'ip_not_allowed' })
    expect((await given(...walled).when(complete({ verified: false }))).decision.reply).toEqual(failed)
    for (const address of ['10.1.2.3', '::ffff:10.1.2.3', '2001:db8::1']) {
      ;(await given(...walled).when(complete({ client: client(address) }))).emits('auth.login_succeeded')
    }
  })
})
