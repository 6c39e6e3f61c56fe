import { describe, expect, it } from 'vitest'
import { addKey, nextKeyFrom, ROTATION, signingKeyAt, type KeyRingState, type RingKey } from '#domain/keys/key-ring.ts'

const NOW = Date.parse('2026-11-24T12:00:00Z')
const EMPTY: KeyRingState = { revision: 0, keys: [] }
const key = (kid: string, activeFrom: number): RingKey => ({
  kid,
  publicJwk: { kty: 'EC', kid },
  wrappedPrivateJwk: `mk1.${kid}`,
  activeFrom,
})

describe('the key ring', () => {
  it('wants its first key at once', () => {
    expect(nextKeyFrom(EMPTY, NOW)).toBe(NOW)
    expect(signingKeyAt(EMPTY, NOW)).toBeUndefined()
  })

  it('wants no other key until shortly before the last has served its time', () => {
    const ring = addKey(EMPTY, key('one', NOW), NOW)
    const due = NOW + ROTATION.every
    expect(nextKeyFrom(ring, NOW)).toBeUndefined()
    expect(nextKeyFrom(ring, due - ROTATION.publishedBefore - 1)).toBeUndefined()
    expect(nextKeyFrom(ring, due - ROTATION.publishedBefore)).toBe(due)
  })

  it('publishes a key that comes late for as long as one that comes in time before it signs', () => {
    const ring = addKey(EMPTY, key('one', NOW), NOW)
    const late = NOW + 2 * ROTATION.every
    expect(nextKeyFrom(ring, late)).toBe(late + ROTATION.publishedBefore)
  })

  it('signs with the newest key that is active, never with one that is only published', () => {
    const ring = addKey(addKey(EMPTY, key('one', NOW), NOW), key('two', NOW + 1_000), NOW)
    expect(signingKeyAt(ring, NOW)?.kid).toBe('one')
    expect(signingKeyAt(ring, NOW + 999)?.kid).toBe('one')
    expect(signingKeyAt(ring, NOW + 1_000)?.kid).toBe('two')
  })

  it('keeps a key that signs no more for as long as any of its tokens may live, and then drops it', () => {
    const second = NOW + ROTATION.every
    const both = addKey(addKey(EMPTY, key('one', NOW), NOW), key('two', second), second - ROTATION.publishedBefore)
    const third = second + ROTATION.every
    const lastMoment = second + ROTATION.verifiesAfter - 1
    expect(addKey(both, key('three', third), lastMoment).keys.map(({ kid }) => kid)).toEqual(['one', 'two', 'three'])
    expect(addKey(both, key('three', third), lastMoment + 1).keys.map(({ kid }) => kid)).toEqual(['two', 'three'])
    // No token outlives a day and an hour.
    expect(ROTATION.verifiesAfter).toBeGreaterThanOrEqual(25 * 3_600_000)
  })

  it('counts its revisions, so that of two who rotate at once one is refused', () => {
    const ring = addKey(EMPTY, key('one', NOW), NOW)
    expect(ring.revision).toBe(1)
    expect(addKey(ring, key('two', NOW + 1), NOW).revision).toBe(2)
  })
})
