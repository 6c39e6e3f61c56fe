import { z } from 'zod'

/** What a client told about its device (seed line 1140). The user agent is personal. */
export const DeviceInfo = z.strictObject({
  userAgent: z.string().max(512),
  deviceId: z.string().max(128).optional(),
  platform: z.string().max(64),
  appVersion: z.string().max(64).optional(),
})
export type DeviceInfo = z.infer<typeof DeviceInfo>

export const LoginFailureReason = z.union([
  z.enum(['invalidCredentials', 'accountLocked', 'accountDeactivated', 'tenantDeactivated', 'tooManyAttempts']),
  z.strictObject({ other: z.string().max(64) }),
])
export type LoginFailureReason = z.infer<typeof LoginFailureReason>

export const LogoutType = z.enum(['userInitiated', 'sessionExpired', 'adminForced', 'securityPolicy'])
export type LogoutType = z.infer<typeof LogoutType>
