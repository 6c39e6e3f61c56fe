import type { SessionId, TenantId, UserId } from '#common/ids.ts'
import type { DecideContext, DraftEvent } from '../writer/command.ts'
import type { LoginFailureReason } from './auth-types.ts'
import type { LoginClient } from './login-client.ts'

/** The event of a failed login. Unknown addresses have no subject, so their network data is sealed under the tenant's key. */
export function loginFailed(
  input: { readonly tenantId: TenantId; readonly sessionId: SessionId; readonly client: LoginClient },
  userId: string | undefined,
  failureReason: LoginFailureReason,
  context: DecideContext,
): DraftEvent {
  const { deviceInfo, ipAddress, authMethod } = input.client
  return {
    aggregateId: input.sessionId,
    subjectId: userId ?? input.tenantId,
    event: {
      type: 'auth.login_failed',
      data: {
        ...(userId !== undefined && { userId: userId as UserId }), // comes from a stored user
        tenantId: input.tenantId,
        failureReason,
        authMethod,
        attemptTimestamp: context.timestamp,
      },
      personal: { deviceInfo, ipAddress },
    },
  }
}
