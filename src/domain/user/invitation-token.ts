import { fromBase64Url, toBase64Url } from '#common/bytes.ts'
import { idSuffix, TenantId, UserId } from '#common/ids.ts'
import type { Cryptography } from '../ports/cryptography.ts'

const SECRET_BYTES = 32

/**
 * `inv_<tenant>_<user>_<secret>`: says whose it is, so that no directory has to be asked. Only its hash is ever stored.
 * @param secret 32 bytes, from the caller's seed, so that a retried request makes the same token.
 */
export const makeInvitationToken = (tenantId: TenantId, userId: UserId, secret: Uint8Array): string =>
  `inv_${idSuffix(tenantId)}_${idSuffix(userId)}_${toBase64Url(secret)}`

/** What a token names; undefined for anything that cannot be one. */
export function parseInvitationToken(
  token: string,
): { readonly tenantId: TenantId; readonly userId: UserId } | undefined {
  const match = /^inv_([0-9a-z]{26})_([0-9a-z]{26})_([A-Za-z0-9_-]{43})$/.exec(token)
  const tenantId = TenantId.safeParse(`ten_${match?.[1] ?? ''}`)
  const userId = UserId.safeParse(`usr_${match?.[2] ?? ''}`)
  if (!match || !tenantId.success || !userId.success) return undefined
  return fromBase64Url(match[3] ?? '')?.length === SECRET_BYTES
    ? { tenantId: tenantId.data, userId: userId.data }
    : undefined
}

export const invitationTokenHash = (cryptography: Cryptography, token: string): string =>
  cryptography.sha256Hex(`invitation/${token}`)
