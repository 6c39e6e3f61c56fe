import { argon2 } from 'node:crypto'
import type { Argon2id } from '../shared/argon2-password-hasher.ts'

/** argon2id of `node:crypto` (Node 24.7 and later), on libuv's threads. */
export const nodeArgon2id: Argon2id = (message, { memory, passes, parallelism, salt }, tagLength) =>
  new Promise((resolve, reject) => {
    argon2('argon2id', { message, nonce: salt, parallelism, tagLength, memory, passes }, (error, tag) => {
      if (error) reject(error)
      else resolve(tag)
    })
  })
