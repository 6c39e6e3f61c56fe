import { parseDuration } from '#common/duration.ts'
import type { SessionId, TenantId, UserId } from '#common/ids.ts'
import { accept } from '#common/outcome.ts'
import { timestampOf } from '../../ports/clock.ts'
import { defineCommand } from '../../writer/command.ts'
import { initialTenant } from '../../tenant/tenant-state.ts'
import { initialUser } from '../../user/user-state.ts'
import { isIpAllowed } from '../ip-ranges.ts'
import { attemptsId, type LoginClient } from '../login-client.ts'
import { loginFailed } from '../login-failed.ts'

export interface CompleteLoginInput {
  readonly tenantId: TenantId
  readonly emailIndex: string
  readonly sessionId: SessionId
  readonly client: LoginClient
  /** Absent when the address is unknown. */
  readonly userId?: UserId
  /** As `auth.begin_login` replied it. */
  readonly sessionEpoch?: number
  /** Whether the password matched the hash that `auth.begin_login` gave out. */
  readonly verified: boolean
  /** A new hash, when the old one was made with weaker parameters. */
  readonly rehashed?: string
}

export type CompleteLoginReply =
  | { readonly kind: 'succeeded'; readonly expiresAt: string }
  | { readonly kind: 'failed'; readonly reason: 'invalidCredentials' | 'ipNotAllowed' }

/** No session outlives 24 hours (G-2). */
export const ABSOLUTE_SESSION_LIFETIME = parseDuration('24h') ?? 0

/** Second half of a login: the password has been checked outside the writer; the session begins here, or the failure is kept. */
export const completeLogin = defineCommand({
  type: 'auth.complete_login',
  async load(input: CompleteLoginInput, rows) {
    const [tenant, user] = await Promise.all([
      rows.read('tenant', input.tenantId),
      input.userId ? rows.read('user', input.userId) : undefined,
      rows.read('session', input.sessionId),
      rows.read('subjectKey', input.userId ?? input.tenantId),
    ])
    return { tenant: tenant ?? initialTenant(), user: user ?? initialUser() }
  },
  decide(input, { tenant, user }, context) {
    const { tenantId, sessionId, client } = input
    const failed = (
      reason: Parameters<typeof loginFailed>[2],
      shown: Extract<CompleteLoginReply, { kind: 'failed' }>['reason'] = 'invalidCredentials',
    ) => {
      const reply: CompleteLoginReply = { kind: 'failed', reason: shown }
      return accept({ events: [loginFailed(input, input.userId, reason, context)], reply })
    }
    if (tenant.status === 'none') return accept({ events: [], reply: { kind: 'failed', reason: 'invalidCredentials' } })
    if (!input.verified || user.status === 'none' || user.status === 'invited') return failed('invalidCredentials')
    if (tenant.status !== 'active') return failed('tenantDeactivated')
    if (user.status === 'deactivated') return failed('accountDeactivated')
    // What was verified is no longer what counts: a new password, or a deactivation, came while the hash was checked.
    if (user.sessionEpoch !== input.sessionEpoch) return failed('invalidCredentials')
    // Said only to somebody who knows the password.
    if (!isIpAllowed(client.ipAddress, tenant.settings.securityPolicy.allowedIpRanges)) {
      return failed({ other: 'ip_not_allowed' }, 'ipNotAllowed')
    }
    const expiresAt = timestampOf(context.now + ABSOLUTE_SESSION_LIFETIME)
    const userId = user.userId as UserId // stored from a UserId
    const reply: CompleteLoginReply = { kind: 'succeeded', expiresAt }
    return accept({
      reply,
      aggregate: { type: 'user', id: userId },
      rows: [
        { kind: 'attempts', id: attemptsId(input.emailIndex, client), value: undefined },
        ...(input.rehashed === undefined
          ? []
          : [{ kind: 'credential' as const, id: userId, value: { passwordHash: input.rehashed } }]),
      ],
      events: [
        {
          aggregateId: sessionId,
          subjectId: userId,
          event: {
            type: 'auth.login_succeeded',
            data: {
              sessionId,
              userId,
              tenantId,
              loginTimestamp: context.timestamp,
              authMethod: client.authMethod,
              expiresAt,
              sessionEpoch: user.sessionEpoch,
            },
            personal: { deviceInfo: client.deviceInfo, ipAddress: client.ipAddress },
          },
        },
      ],
    })
  },
})
