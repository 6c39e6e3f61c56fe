import { fromBase64Url, toBase64Url } from '#common/bytes.ts'
import type { Cryptography } from '../ports/cryptography.ts'
import type { KeyVault } from '../ports/key-vault.ts'

const PREFIX = 'mk1.'
export const MASTER_KEY_BYTES = 32

/** The 32 bytes of `ACCI_MASTER_KEY`, or undefined when the text is anything else. */
export function parseMasterKey(text: string): Uint8Array | undefined {
  const bytes = fromBase64Url(text)
  return bytes?.length === MASTER_KEY_BYTES ? bytes : undefined
}

/** A vault over one master key. Each purpose has a key of its own, derived from it. */
export function createKeyVault(masterKey: Uint8Array, cryptography: Cryptography): KeyVault {
  const wrapping = cryptography.hkdf(masterKey, 'wrap')
  const indexing = { email: cryptography.hkdf(masterKey, 'email-index'), ip: cryptography.hkdf(masterKey, 'ip-index') }
  return {
    wrap: (key, owner) => `${PREFIX}${toBase64Url(cryptography.seal(wrapping, key, owner))}`,
    unwrap(wrapped, owner) {
      const sealed = wrapped.startsWith(PREFIX) ? fromBase64Url(wrapped.slice(PREFIX.length)) : undefined
      return sealed && cryptography.open(wrapping, sealed, owner)
    },
    emailIndex: (email) => toBase64Url(cryptography.hmacSha256(indexing.email, email)),
    ipIndex: (address) => toBase64Url(cryptography.hmacSha256(indexing.ip, address)),
  }
}
