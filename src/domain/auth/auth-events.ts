import { z } from 'zod'
import { SessionId, TenantId, UserId } from '#common/ids.ts'
import { defineEvent, type EventOf } from '../events/event-definition.ts'
import { AuthenticationMethod } from '../tenant/tenant-types.ts'
import { DeviceInfo, LoginFailureReason, LogoutType } from './auth-types.ts'

const client = z.strictObject({ deviceInfo: DeviceInfo, ipAddress: z.string().max(64) })

/** Seed lines 998–1043; `sessionId` and `expiresAt` added from the first version (G-1, G-2). */
export const LoginSucceeded = defineEvent({
  type: 'auth.login_succeeded',
  aggregate: 'session',
  version: '1.0.0',
  data: z.strictObject({
    sessionId: SessionId,
    userId: UserId,
    tenantId: TenantId,
    loginTimestamp: z.iso.datetime(),
    authMethod: AuthenticationMethod,
    /** Absolute end of the session. */
    expiresAt: z.iso.datetime(),
    /** Value of the user's session epoch: a session of an older epoch is dead. */
    sessionEpoch: z.int().nonnegative(),
  }),
  personal: client,
})

/** The aggregate is the session that did not come to be. `userId` is absent when the address is unknown. */
export const LoginFailed = defineEvent({
  type: 'auth.login_failed',
  aggregate: 'session',
  version: '1.0.0',
  data: z.strictObject({
    userId: UserId.optional(),
    tenantId: TenantId.optional(),
    failureReason: LoginFailureReason,
    authMethod: AuthenticationMethod,
    attemptTimestamp: z.iso.datetime(),
  }),
  personal: client,
})

export const LoggedOut = defineEvent({
  type: 'auth.logout',
  aggregate: 'session',
  version: '1.0.0',
  data: z.strictObject({
    userId: UserId,
    tenantId: TenantId,
    sessionId: SessionId,
    logoutType: LogoutType,
    logoutTimestamp: z.iso.datetime(),
  }),
})

export type AuthEvent = EventOf<typeof LoginSucceeded> | EventOf<typeof LoginFailed> | EventOf<typeof LoggedOut>
