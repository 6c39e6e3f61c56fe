import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto'
import type { Cryptography } from '#domain/ports/cryptography.ts'

const NONCE = 12
const TAG = 16
const CIPHER = 'aes-256-gcm'

/** The same bytes are used again and again: to make a key of them costs more than to seal with it. */
const keys = new WeakMap<Uint8Array, KeyObject>()

function keyOf(bytes: Uint8Array): KeyObject {
  const known = keys.get(bytes)
  if (known) return known
  const key = createSecretKey(bytes)
  keys.set(bytes, key)
  return key
}

/** Random bytes that are still to be given out: asking the system for a few at a time costs as much as sealing with them. */
let pool = Buffer.alloc(0)
const POOL_SIZE = 4_096
const MAX_POOLED = 64

function random(length: number): Buffer {
  if (length > MAX_POOLED) return randomBytes(length)
  if (pool.length < length) pool = randomBytes(POOL_SIZE)
  const bytes = Buffer.from(pool.subarray(0, length))
  // What has been given out is nobody's to read here any more.
  pool.fill(0, 0, length)
  pool = pool.subarray(length)
  return bytes
}

/** The port over `node:crypto`, which both runtimes have. */
export const nodeCryptography: Cryptography = {
  sha256: (data) => hash('sha256', data, 'buffer'),
  sha256Hex: (data) => hash('sha256', data, 'hex'),
  sha256Base64Url: (data) => hash('sha256', data, 'base64url'),
  hmacSha256: (key, data) => createHmac('sha256', keyOf(key)).update(data).digest(),
  randomBytes: (length) => random(length),
  seal(key, plaintext, context) {
    const nonce = random(NONCE)
    const cipher = createCipheriv(CIPHER, keyOf(key), nonce)
    cipher.setAAD(Buffer.from(context))
    const ciphertext = cipher.update(plaintext)
    cipher.final()
    return Buffer.concat([nonce, ciphertext, cipher.getAuthTag()])
  },
  open(key, sealed, context) {
    if (sealed.length < NONCE + TAG) return undefined
    try {
      const decipher = createDecipheriv(CIPHER, keyOf(key), sealed.subarray(0, NONCE), { authTagLength: TAG })
      decipher.setAAD(Buffer.from(context))
      decipher.setAuthTag(sealed.subarray(sealed.length - TAG))
      // GCM is a stream: all has come by now, and the end only says whether it is genuine.
      const plaintext = decipher.update(sealed.subarray(NONCE, sealed.length - TAG))
      decipher.final()
      return plaintext
    } catch {
      return undefined
    }
  },
  hkdf: (secret, info, length = 32) => new Uint8Array(hkdfSync('sha256', secret, '', info, length)),
}
