import { z } from 'zod'

/**
 * Ids are TypeIDs: a prefix that names the kind and 26 characters of Crockford base32 holding a UUIDv7, so they sort by
 * the time of their making and cannot be mistaken for one another.
 */
export const ID_PREFIXES = {
  tenant: 'ten',
  user: 'usr',
  session: 'ses',
  invitation: 'inv',
  command: 'cmd',
  request: 'req',
  operation: 'opr',
} as const

const SUFFIX = '[0-7][0-9a-hjkmnp-tv-z]{25}'
const idSchema = <B extends string>(prefix: string) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}_${SUFFIX}$`)) // built from the table above only
    .brand<B>()

export const TenantId = idSchema<'TenantId'>(ID_PREFIXES.tenant)
export type TenantId = z.infer<typeof TenantId>
export const UserId = idSchema<'UserId'>(ID_PREFIXES.user)
export type UserId = z.infer<typeof UserId>
export const SessionId = idSchema<'SessionId'>(ID_PREFIXES.session)
export type SessionId = z.infer<typeof SessionId>
export const InvitationId = idSchema<'InvitationId'>(ID_PREFIXES.invitation)
export type InvitationId = z.infer<typeof InvitationId>
export const CommandId = idSchema<'CommandId'>(ID_PREFIXES.command)
export type CommandId = z.infer<typeof CommandId>

export const OperationId = idSchema<'OperationId'>(ID_PREFIXES.operation)
export type OperationId = z.infer<typeof OperationId>

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
/** Two digits for each 10 bits. */
const PAIRS = Array.from(ALPHABET).flatMap((first) => Array.from(ALPHABET, (second) => first + second))

/** Crockford base32 of 16 bytes: 26 characters, most significant bits first. */
export function encodeUuid(bytes: Uint8Array): string {
  let text = ''
  // 128 bits and two leading zeros make 13 pairs of digits.
  let bits = 2
  let held = 0
  for (let index = 0; index < 16; index++) {
    held = (held << 8) | (bytes[index] ?? 0)
    bits += 8
    if (bits < 10) continue
    bits -= 10
    text += PAIRS[held >>> bits]
    held &= (1 << bits) - 1
  }
  return text
}

/** The suffix of an id, without its prefix. */
export const idSuffix = (id: string): string => id.slice(id.indexOf('_') + 1)

/** The reserved tenant whose admins are system admins (G-8). Its id is the nil UUID. */
export const PLATFORM_TENANT_ID = TenantId.parse(`${ID_PREFIXES.tenant}_${'0'.repeat(26)}`)
