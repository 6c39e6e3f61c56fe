import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import type { Cryptography } from '#domain/ports/cryptography.ts'

const NONCE = 12
const TAG = 16
const CIPHER = 'aes-256-gcm'

/** The port over `node:crypto`, which both runtimes have. */
export const nodeCryptography: Cryptography = {
  sha256: (data) => createHash('sha256').update(data).digest(),
  sha256Hex: (data) => createHash('sha256').update(data).digest('hex'),
  hmacSha256: (key, data) => createHmac('sha256', key).update(data).digest(),
  randomBytes: (length) => randomBytes(length),
  seal(key, plaintext, context) {
    const nonce = randomBytes(NONCE)
    const cipher = createCipheriv(CIPHER, key, nonce)
    cipher.setAAD(Buffer.from(context))
    return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
  },
  open(key, sealed, context) {
    if (sealed.length < NONCE + TAG) return undefined
    try {
      const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE), { authTagLength: TAG })
      decipher.setAAD(Buffer.from(context))
      decipher.setAuthTag(sealed.subarray(sealed.length - TAG))
      return Buffer.concat([decipher.update(sealed.subarray(NONCE, sealed.length - TAG)), decipher.final()])
    } catch {
      return undefined
    }
  },
  hkdf: (secret, info, length = 32) => new Uint8Array(hkdfSync('sha256', secret, '', info, length)),
}
