import { equalBytes, fromUtf8 } from '#common/bytes.ts'
import type { Cryptography } from '#domain/ports/cryptography.ts'

/** Whether what was shown is the secret. Digests are of one length, so that the time it takes tells nothing. */
export function showsSecret(
  { sha256 }: Pick<Cryptography, 'sha256'>,
  shown: string | undefined,
  secret: string,
): boolean {
  const digest = (text: string) => sha256(fromUtf8(text))
  return equalBytes(digest(shown ?? ''), digest(secret))
}
