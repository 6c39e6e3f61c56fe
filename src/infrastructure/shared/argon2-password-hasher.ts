import { equalBytes, fromUtf8 } from '#common/bytes.ts'
import type { PasswordHasher } from '#domain/ports/password-hasher.ts'
import { ARGON2, formatPhc, parsePhc, type Argon2Parameters } from './argon2-phc.ts'

/** Computes the argon2id tag of a password: the one thing that differs between the runtimes. */
export type Argon2id = (
  password: Uint8Array,
  parameters: Omit<Argon2Parameters, 'tag'>,
  tagLength: number,
) => Promise<Uint8Array>

/** Hashes at once and waiting, in one process or isolate: more would take the memory and the time of everybody else. */
const MAX_RUNNING = 2
const MAX_WAITING = 64

export function createArgon2PasswordHasher(
  argon2id: Argon2id,
  randomBytes: (length: number) => Uint8Array,
): PasswordHasher {
  let running = 0
  const waiting: (() => void)[] = []

  const limited = async <T>(job: () => Promise<T>): Promise<T | 'busy'> => {
    if (running >= MAX_RUNNING) {
      if (waiting.length >= MAX_WAITING) return 'busy'
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running++
    try {
      return await job()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }

  const fresh = () => ({ ...ARGON2, salt: randomBytes(ARGON2.saltLength) })
  const dummySalt = randomBytes(ARGON2.saltLength)

  return {
    async hash(password) {
      const parameters = fresh()
      const tag = await limited(() => argon2id(fromUtf8(password), parameters, ARGON2.tagLength))
      return tag === 'busy' ? { kind: 'busy' } : { kind: 'hashed', passwordHash: formatPhc({ ...parameters, tag }) }
    },
    async verify(passwordHash, password) {
      const stored = parsePhc(passwordHash)
      if (!stored) return 'mismatch'
      const tag = await limited(() => argon2id(fromUtf8(password), stored, stored.tag.length))
      return tag === 'busy' ? 'busy' : equalBytes(tag, stored.tag) ? 'match' : 'mismatch'
    },
    async verifyDummy(password) {
      const tag = await limited(() => argon2id(fromUtf8(password), { ...ARGON2, salt: dummySalt }, ARGON2.tagLength))
      return tag === 'busy' ? 'busy' : 'mismatch'
    },
    needsRehash(passwordHash) {
      const stored = parsePhc(passwordHash)
      return !stored || stored.memory < ARGON2.memory || stored.passes < ARGON2.passes
    },
  }
}
