import type { Json, JsonObject } from './json.ts'
import { canonicalJson } from './json.ts'

export type AggregateType = 'tenant' | 'user' | 'session'
export type ActorType = 'user' | 'apiKey' | 'system' | 'anonymous'

/** Personal fields of one event, sealed under the key of the person (or tenant) they belong to: AES-256-GCM, base64url. */
export interface SealedPersonal {
  /** Id of the subject whose key seals it: destroying that key erases the fields from every store. */
  readonly keyId: string
  readonly ciphertext: string
}

/**
 * One event as every store holds it. Fixed from the first commit: a field added later means migrating every stored event.
 * Positions and versions are integers from 1 up to 2^53 − 1.
 */
export interface EventEnvelope {
  readonly eventId: string
  /** `aggregate.past_tense`, such as `user.registered`. */
  readonly type: string
  /** major.minor.patch of the schema of `data` and the personal fields. */
  readonly schemaVersion: string
  readonly tenantId: string
  /** Place in the tenant's log: 1, 2, 3 … without gaps. */
  readonly position: number
  readonly aggregate: { readonly type: AggregateType; readonly id: string; readonly version: number }
  /** RFC 3339, UTC. */
  readonly timestamp: string
  readonly correlationId: string
  readonly causationId?: string
  /** The acting user, if a user acted. */
  readonly userId?: string
  readonly actorType: ActorType
  readonly commandId: string
  readonly region: string
  /** Vector clock: region → position. */
  readonly clock: Readonly<Record<string, number>>
  /** Ownership epoch: raised when the tenant's home region changes. */
  readonly epoch: number
  /** Hash of the event before, 64 zeros for the first. */
  readonly prevHash: string
  /** SHA-256 in hex over the canonical JSON of all other fields. */
  readonly hash: string
  /** Version of the policies that allowed the command. */
  readonly policyVersion?: string
  readonly data: JsonObject
  readonly personal?: SealedPersonal
}

/** `prevHash` of the first event of a log. */
export const GENESIS_HASH = '0'.repeat(64)

/** The text whose SHA-256 is the event's `hash`. */
export function hashedForm(envelope: Omit<EventEnvelope, 'hash'> & { readonly hash?: string }): string {
  if (envelope.hash === undefined) return canonicalJson(envelope as unknown as Json) // an interface without index signature; every member is JSON
  const { hash: _hash, ...rest } = envelope
  return canonicalJson(rest as unknown as Json) // as above
}
