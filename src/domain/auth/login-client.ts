import type { AuthenticationMethod } from '../tenant/tenant-types.ts'
import type { DeviceInfo } from './auth-types.ts'

/** Who tries to sign in, as far as the connection tells. */
export interface LoginClient {
  readonly deviceInfo: DeviceInfo
  readonly ipAddress: string
  /** Keyed hash of the address, for the attempts row. */
  readonly ipIndex: string
  readonly authMethod: AuthenticationMethod
}

/** Attempts are counted by address signed in to and address signed in from (G-41), whether or not the user exists. */
export const attemptsId = (emailIndex: string, client: LoginClient): string => `${emailIndex}.${client.ipIndex}`
