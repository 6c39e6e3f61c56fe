/** `busy`: as many hashes as this process allows itself are under way and waiting; the caller may try again shortly. */
export type HashResult = { readonly kind: 'hashed'; readonly passwordHash: string } | { readonly kind: 'busy' }
export type VerifyResult = 'match' | 'mismatch' | 'busy'

/** argon2id in PHC form, off the tenant writer's path: a hash inside it would stop every other command of the tenant. */
export interface PasswordHasher {
  hash(password: string): Promise<HashResult>
  verify(passwordHash: string, password: string): Promise<VerifyResult>
  /** Costs what `verify` costs, for users who do not exist: an answer's time must not tell. */
  verifyDummy(password: string): Promise<'mismatch' | 'busy'>
  /** Whether a hash was made with weaker parameters than are in use now. */
  needsRehash(passwordHash: string): boolean
}
