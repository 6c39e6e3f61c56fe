import { fromBase64Url, fromUtf8, toBase64Url, toUtf8 } from '#common/bytes.ts'
import type { Cryptography } from '../ports/cryptography.ts'

const keyOf = (cryptography: Cryptography, secret: string, recordId: string) =>
  cryptography.hkdf(fromUtf8(secret), `replay/${recordId}`)

/** Seals a text for whoever holds `secret`: what an idempotency record keeps for its own caller only. */
export const sealForHolder = (cryptography: Cryptography, secret: string, recordId: string, text: string): string =>
  toBase64Url(cryptography.seal(keyOf(cryptography, secret, recordId), fromUtf8(text), recordId))

/** The text sealed for the holder of `secret`, or undefined when it is not theirs. */
export function openForHolder(
  cryptography: Cryptography,
  secret: string,
  recordId: string,
  sealed: string,
): string | undefined {
  const bytes = fromBase64Url(sealed)
  const text = bytes && cryptography.open(keyOf(cryptography, secret, recordId), bytes, recordId)
  return text && toUtf8(text)
}
