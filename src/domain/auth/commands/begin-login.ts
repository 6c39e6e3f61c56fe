import type { SessionId, TenantId } from '#common/ids.ts'
import { accept } from '#common/outcome.ts'
import { defineCommand } from '../../writer/command.ts'
import { initialTenant } from '../../tenant/tenant-state.ts'
import { initialUser } from '../../user/user-state.ts'
import { ATTEMPTS_KEPT, debitAttempt } from '../attempts.ts'
import { attemptsId, type LoginClient } from '../login-client.ts'
import { loginFailed } from '../login-failed.ts'

export interface BeginLoginInput {
  readonly tenantId: TenantId
  readonly emailIndex: string
  /** The id the session will have if the login succeeds; the aggregate of a failure. */
  readonly sessionId: SessionId
  readonly client: LoginClient
}

/** What the caller needs to check the password outside the writer. */
export type BeginLoginReply =
  | { readonly kind: 'locked'; readonly retryAt: number }
  | {
      readonly kind: 'verify'
      readonly userId?: string
      readonly passwordHash?: string
      /** The user's, at the time the hash was handed out: the login must be completed within the same epoch. */
      readonly sessionEpoch?: number
      readonly sessionTimeout: string
    }

const DEFAULT_SESSION_TIMEOUT = 'PT1H'

/** First half of a login: debits an attempt durably, then hands out the hash to check against. Unknown users cost the same. */
export const beginLogin = defineCommand({
  type: 'auth.begin_login',
  async load(input: BeginLoginInput, rows) {
    const [tenant, attempts, holder] = await Promise.all([
      rows.read('tenant', input.tenantId),
      rows.read('attempts', attemptsId(input.emailIndex, input.client)),
      rows.read('email', input.emailIndex),
      rows.read('session', input.sessionId),
    ])
    const [user, credential] = holder
      ? await Promise.all([
          rows.read('user', holder.userId),
          rows.read('credential', holder.userId),
          rows.read('subjectKey', holder.userId),
        ])
      : [undefined, undefined, await rows.read('subjectKey', input.tenantId)]
    return { tenant: tenant ?? initialTenant(), attempts, user: user ?? initialUser(), credential }
  },
  decide(input, { tenant, attempts, user, credential }, context) {
    if (tenant.status === 'none') {
      // Nobody can sign in to it, and a stranger's guesses must not bring the log of a tenant into being.
      return accept({ events: [], reply: { kind: 'verify', sessionTimeout: DEFAULT_SESSION_TIMEOUT } })
    }
    const { maxLoginAttempts, sessionTimeout } = tenant.settings.securityPolicy
    const debit = debitAttempt(attempts, maxLoginAttempts, context.now)
    const rows = [
      {
        kind: 'attempts' as const,
        id: attemptsId(input.emailIndex, input.client),
        value: debit.attempts,
        expiresAt: Math.max(context.now, debit.attempts.lockedUntil) + ATTEMPTS_KEPT,
      },
    ]
    const userId = user.status === 'none' ? undefined : user.userId
    if (!debit.allowed) {
      const reply: BeginLoginReply = { kind: 'locked', retryAt: debit.retryAt }
      return debit.locksNow
        ? accept({ rows, reply, events: [loginFailed(input, userId, 'tooManyAttempts', context)] })
        : accept({ events: [], reply })
    }
    const reply: BeginLoginReply = {
      kind: 'verify',
      ...(user.status !== 'none' && { userId: user.userId, sessionEpoch: user.sessionEpoch }),
      ...(credential && { passwordHash: credential.passwordHash }),
      sessionTimeout,
    }
    return accept({ events: [], rows: maxLoginAttempts === 0 ? [] : rows, reply })
  },
})
