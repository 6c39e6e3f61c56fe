import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hashedForm, type EventEnvelope } from '#common/envelope.ts'
import type { Json } from '#common/json.ts'
import { verifyChain } from '#domain/events/verify-chain.ts'
import { deactivate, foundedTenant, registerUser, rename, renameTenant } from '../../../support/writer-under-test.ts'

const writer = await foundedTenant()
await writer.signIn(2, 1)
await writer.given(
  registerUser(3, { displayName: 'Zoë', metadata: { a: 1.5 } }),
  rename(2, 'Bob'),
  renameTenant('Acme 😀'),
  deactivate(3),
)
const events = writer.storage.events
const { cryptography } = writer.tools
const { head } = writer.storage
const verify = (chain: readonly EventEnvelope[]) => verifyChain(chain, cryptography)

/** Every path to a leaf of an event. */
const pathsOf = (value: Json, path: readonly string[] = []): readonly (readonly string[])[] =>
  value !== null && typeof value === 'object'
    ? Object.entries(value).flatMap(([key, member]) => pathsOf(member ?? null, [...path, key]))
    : [path]

function edited(event: EventEnvelope, path: readonly string[], edit: (leaf: unknown) => unknown): EventEnvelope {
  const copy = structuredClone(event) as unknown as Record<string, unknown> // edited on purpose
  let at = copy
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown> // the path leads through objects
  const last = path.at(-1) ?? ''
  const leaf = edit(at[last])
  if (leaf === undefined) delete at[last]
  else at[last] = leaf
  return copy as unknown as EventEnvelope
}

const flip = (leaf: unknown) => (typeof leaf === 'number' ? leaf + 1 : `${String(leaf)}x`)

describe('verifyChain', () => {
  it('finds nothing wrong with what was written, from the start or from anywhere', () => {
    expect(verify(events)).toBeUndefined()
    expect(verify([])).toBeUndefined()
    for (const [index, link] of events.entries())
      expect(verifyChain(events.slice(index + 1), cryptography, link, head)).toBeUndefined()
  })

  it('finds nothing wrong with what another store has written anew', () => {
    const reordered = (value: Json): Json => {
      if (value === null || typeof value !== 'object') return value
      if (Array.isArray(value)) return value.map((item: Json) => reordered(item))
      return Object.fromEntries(
        Object.entries(value)
          .toReversed()
          .map(([key, member]) => [key, reordered(member ?? null)]),
      )
    }
    expect(
      verify(events.map((event) => reordered(event as unknown as Json) as unknown as EventEnvelope)),
    ).toBeUndefined() // JSON, in and out
  })

  it('finds every edit of every field of every event, and says where', () => {
    let edits = 0
    for (const [index, event] of events.entries()) {
      for (const path of pathsOf(event as unknown as Json)) {
        for (const edit of [flip, () => undefined, () => null]) {
          const changed = edited(event, path, edit)
          expect(verify(events.with(index, changed)), `${event.type} ${path.join('.')}`).toBe(event.position)
          edits++
        }
      }
      expect(verify(events.with(index, { ...event, causationId: 'added' }))).toBe(event.position)
    }
    expect(edits).toBeGreaterThan(500)
  })

  it('finds an edit whose hash was made to fit, at the event after it', () => {
    const forged = { ...events[3], region: 'elsewhere' } as EventEnvelope // an event like the others
    const { hash: _hash, ...rest } = forged
    const fitting = { ...rest, hash: cryptography.sha256Hex(hashedForm(rest)) }
    expect(verify(events.with(3, fitting))).toBe(5)
  })

  it('finds every event dropped, doubled or swapped, and says where', () => {
    fc.assert(
      fc.property(fc.nat(events.length - 1), fc.nat(events.length - 1), (a, b) => {
        const dropped = events.toSpliced(a, 1)
        expect(verifyChain(dropped, cryptography, undefined, head)).toBe(a + 1)
        const at = events[a]
        const other = events[b]
        if (!at || !other) throw new Error('both are there')
        expect(verifyChain(events.toSpliced(a, 0, at), cryptography, undefined, head)).toBe(a + 2)
        if (a !== b) expect(verify(events.with(a, other).with(b, at))).toBe(Math.min(a, b) + 1)
      }),
    )
  })

  it('cannot see a log cut off at its end, unless it is told the end', () => {
    const cut = events.slice(0, -2)
    expect(verify(cut)).toBeUndefined()
    expect(verifyChain(cut, cryptography, undefined, head)).toBe(cut.length + 1)
    expect(verifyChain([], cryptography, undefined, head)).toBe(1)
  })

  it('sees a log that is longer than the end it is told, or ends in another event', () => {
    const earlier = events.at(-3)
    if (!earlier) throw new Error('there are more than three')
    expect(verifyChain(events, cryptography, undefined, earlier)).toBe(earlier.position + 1)
    expect(verifyChain(events, cryptography, undefined, { ...head, hash: earlier.hash })).toBe(head.position)
  })

  it('refuses another tenant’s events after this one’s', () => {
    const [first] = events
    if (!first) throw new Error('there is one')
    expect(verifyChain([first], cryptography, { position: 0, hash: 'f'.repeat(64) })).toBe(1)
    expect(verifyChain([first], cryptography, { position: 1, hash: first.prevHash })).toBe(2)
  })
})
