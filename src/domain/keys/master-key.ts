import { fromBase64Url, toBase64Url } from '#common/bytes.ts'
import type { Cryptography } from '../ports/cryptography.ts'
import type { KeyVault } from '../ports/key-vault.ts'

const PREFIX = 'mk1.'
export const MASTER_KEY_BYTES = 32
/** Keys that need not be unwrapped again. Longer secrets are not keys, and are not remembered. */
const REMEMBERED_KEYS = 20_000

interface Unwrapped {
  /** For whom the key was wrapped: for others it does not open. */
  readonly owner: string
  readonly key: Uint8Array
}

/** The 32 bytes of `ACCI_MASTER_KEY`, or undefined when the text is anything else. */
export function parseMasterKey(text: string): Uint8Array | undefined {
  const bytes = fromBase64Url(text)
  return bytes?.length === MASTER_KEY_BYTES ? bytes : undefined
}

/** A vault over one master key. Each purpose has a key of its own, derived from it. */
export function createKeyVault(masterKey: Uint8Array, cryptography: Cryptography): KeyVault {
  const wrapping = cryptography.hkdf(masterKey, 'wrap')
  const indexing = { email: cryptography.hkdf(masterKey, 'email-index'), ip: cryptography.hkdf(masterKey, 'ip-index') }
  // Whoever asks must have the wrapped key: once it is destroyed, what is remembered here opens nothing any more.
  const unwrapped = new Map<string, Unwrapped>()
  let opened = false
  return {
    wrap: (key, owner) => `${PREFIX}${toBase64Url(cryptography.seal(wrapping, key, owner))}`,
    unwrap(wrapped, owner) {
      const known = unwrapped.get(wrapped)
      if (known?.owner === owner) return known.key
      const sealed = wrapped.startsWith(PREFIX) ? fromBase64Url(wrapped.slice(PREFIX.length)) : undefined
      const key = sealed && cryptography.open(wrapping, sealed, owner)
      opened ||= key !== undefined
      if (key && key.length <= MASTER_KEY_BYTES) remember(unwrapped, wrapped, { owner, key })
      return key
    },
    hasOpened: () => opened,
    emailIndex: (email) => toBase64Url(cryptography.hmacSha256(indexing.email, email)),
    ipIndex: (address) => toBase64Url(cryptography.hmacSha256(indexing.ip, address)),
  }
}

function remember(keys: Map<string, Unwrapped>, wrapped: string, key: Unwrapped): void {
  if (keys.size >= REMEMBERED_KEYS) {
    const oldest = keys.keys().next()
    if (!oldest.done) keys.delete(oldest.value)
  }
  keys.set(wrapped, key)
}
