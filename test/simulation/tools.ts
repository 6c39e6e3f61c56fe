import { hash } from 'node:crypto'
import { createKeyVault } from '#domain/keys/master-key.ts'
import type { Cryptography } from '#domain/ports/cryptography.ts'
import type { Clock } from '#domain/ports/clock.ts'
import type { WriterTools } from '#domain/writer/decide-batch.ts'
import { nodeCompression } from '#infrastructure/shared/node-compression.ts'
import { nodeCryptography } from '#infrastructure/shared/node-cryptography.ts'
import { SeededRandom } from '../support/seeded-random.ts'

/** When simulations begin. */
export const START = Date.parse('2026-03-01T12:00:00.000Z')

const TAG = 16

const tagOf = (key: Uint8Array, context: string, plaintext: Uint8Array): Buffer =>
  hash('sha256', Buffer.concat([key, Buffer.from(`${context}\u0000`), plaintext]), 'buffer').subarray(0, TAG)

/** Plain and hidden text are each other's. */
function hidden(key: Uint8Array, tag: Uint8Array, text: Uint8Array): Buffer {
  const word = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
  const stream = new SeededRandom(word(key) ^ word(tag))
  return Buffer.from(text.map((byte) => byte ^ stream.integer(0, 255)))
}

/**
 * What seals here must open with the same key and in the same place alone, as the real one must, but costs a tenth of it and
 * is the same in every run. It keeps nothing secret.
 */
function simulatedCryptography(seed: number): Cryptography {
  const random = new SeededRandom(seed)
  return {
    ...nodeCryptography,
    sha256: (data) => hash('sha256', data, 'buffer'),
    sha256Hex: (data) => hash('sha256', data, 'hex'),
    hmacSha256: (key, data) => hash('sha256', Buffer.concat([key, Buffer.from(data)]), 'buffer'),
    randomBytes: (length) => Uint8Array.from({ length }, () => random.integer(0, 255)),
    seal(key, plaintext, context) {
      const tag = tagOf(key, context, plaintext)
      return Buffer.concat([tag, hidden(key, tag, plaintext)])
    },
    open(key, sealed, context) {
      const tag = sealed.subarray(0, TAG)
      const plaintext = hidden(key, tag, sealed.subarray(TAG))
      return tagOf(key, context, plaintext).equals(tag) ? plaintext : undefined
    },
  }
}

/** Draws nothing at random, so all simulations may share it. */
const keyVault = createKeyVault(new Uint8Array(32).fill(7), simulatedCryptography(0))

export const emailIndexOf = (email: string): string => keyVault.emailIndex(email)

export const simulatedTools = (seed: number, clock: Clock): WriterTools => ({
  clock,
  cryptography: simulatedCryptography(seed),
  keyVault,
  compression: nodeCompression,
  region: 'local',
})
