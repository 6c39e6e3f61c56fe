import type { Json } from '#common/json.ts'
import type { KeyRingState } from '../keys/key-ring.ts'

export interface SigningKey {
  readonly kid: string
  readonly privateJwk: Readonly<Record<string, Json>>
}

/** The keys that sign access tokens, and those that verify them. */
export interface KeyRing {
  signingKey(): Promise<SigningKey>
  /** Public JWK of a key that still verifies; undefined for an unknown or dropped one. */
  verificationKey(kid: string): Promise<Readonly<Record<string, Json>> | undefined>
  jwks(): Promise<{ readonly keys: readonly Readonly<Record<string, Json>>[] }>
}

/** Keeps the ring. `write` is a compare-and-swap on the revision, so replicas that rotate at once agree on one new key. */
export interface KeyRingStore {
  read(): Promise<KeyRingState | undefined>
  write(expectedRevision: number, state: KeyRingState): Promise<boolean>
}
