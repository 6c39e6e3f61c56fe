import type { Json } from '#common/json.ts'

const MINUTE = 60_000
const DAY = 86_400_000

/** A new key every 30 days, published 10 minutes before it signs, verifying for 25 h after it has stopped. */
export const ROTATION = { every: 30 * DAY, publishedBefore: 10 * MINUTE, verifiesAfter: 25 * 3_600_000 } as const

export interface RingKey {
  readonly kid: string
  readonly publicJwk: Readonly<Record<string, Json>>
  /** The private JWK, wrapped under the master key. */
  readonly wrappedPrivateJwk: string
  /** Milliseconds since the epoch from which it signs. */
  readonly activeFrom: number
}

export interface KeyRingState {
  readonly revision: number
  /** In the order of `activeFrom`. */
  readonly keys: readonly RingKey[]
}

/** The key that signs now: the newest that is active. */
export const signingKeyAt = (state: KeyRingState, now: number): RingKey | undefined =>
  state.keys.findLast((key) => key.activeFrom <= now)

/** When the next key must start, if none has been made yet: at once for an empty ring. */
export function nextKeyFrom(state: KeyRingState, now: number): number | undefined {
  const last = state.keys.at(-1)
  if (!last) return now
  const due = last.activeFrom + ROTATION.every
  if (now < due - ROTATION.publishedBefore) return undefined
  return Math.max(due, now + ROTATION.publishedBefore)
}

/** Adds a key and drops those that verify no token any more. */
export function addKey(state: KeyRingState, key: RingKey, now: number): KeyRingState {
  const keys = [...state.keys, key]
  const kept = keys.filter((_, index) => {
    const successor = keys[index + 1]
    return !successor || now < successor.activeFrom + ROTATION.verifiesAfter
  })
  return { revision: state.revision + 1, keys: kept }
}
