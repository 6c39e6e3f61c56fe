/** Cryptography inside the tenant writer. Synchronous: a transaction must not give way to others while it decides. */
export interface Cryptography {
  sha256(data: string | Uint8Array): Uint8Array
  sha256Hex(data: string): string
  /** base64url without padding. */
  sha256Base64Url(data: string): string
  hmacSha256(key: Uint8Array, data: string): Uint8Array
  randomBytes(length: number): Uint8Array
  /** AES-256-GCM: 12-byte nonce ‖ ciphertext ‖ 16-byte tag. `context` is authenticated, not stored. */
  seal(key: Uint8Array, plaintext: Uint8Array, context: string): Uint8Array
  /** undefined when the key, the context or a byte is wrong. */
  open(key: Uint8Array, sealed: Uint8Array, context: string): Uint8Array | undefined
  /** HKDF-SHA-256 (RFC 5869) without salt; 32 bytes unless told otherwise. */
  hkdf(secret: Uint8Array, info: string, length?: number): Uint8Array
}
