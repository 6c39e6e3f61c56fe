import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EventEnvelope } from '#common/envelope.ts'
import { fromStoreEvent, revisionOf, tenantStream, toStoreEvent } from '#domain/event-store/stream-event.ts'

const count = fc.integer({ min: 1, max: 2 ** 31 })
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })

/** Envelopes with every member that may be there, there or not; absent members are left out as JSON leaves them out. */
const envelopes = fc
  .record({
    eventId: fc.uuid(),
    type: fc.string({ minLength: 1 }),
    schemaVersion: fc.string(),
    tenantId: fc.string(),
    position: count,
    aggregate: fc.record({ type: fc.constantFrom('tenant', 'user', 'session'), id: fc.string(), version: count }),
    timestamp: fc.string(),
    correlationId: fc.string(),
    causationId: optional(fc.string()),
    userId: optional(fc.string()),
    actorType: fc.constantFrom('user', 'apiKey', 'system', 'anonymous'),
    commandId: fc.string(),
    region: fc.string(),
    clock: fc.record({ local: count }),
    epoch: count,
    prevHash: fc.string(),
    hash: fc.string(),
    policyVersion: optional(fc.string()),
    data: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.jsonValue()),
    personal: optional(fc.record({ keyId: fc.string(), ciphertext: fc.string() })),
  })
  .map((made) => JSON.parse(JSON.stringify(made)) as EventEnvelope) // the same members, without those that are undefined

describe('an event in the event store', () => {
  it('carries the whole envelope, and gives it back after the store has written its JSON anew', () => {
    fc.assert(
      fc.property(envelopes, (envelope) => {
        const kept = JSON.parse(JSON.stringify(toStoreEvent(envelope))) as ReturnType<typeof toStoreEvent> // just written
        expect(fromStoreEvent(kept)).toEqual({ kind: 'event', envelope })
      }),
    )
  })

  it('is foreign when its metadata lacks a field or has one too many', () => {
    fc.assert(
      fc.property(envelopes, (envelope) => {
        const event = toStoreEvent(envelope)
        const { hash: _hash, ...rest } = event.metadata
        expect(fromStoreEvent({ ...event, metadata: rest })).toMatchObject({ kind: 'foreign' })
        const more = { ...event.metadata, note: 'secret' }
        const read = fromStoreEvent({ ...event, metadata: more })
        expect(read).toEqual({ kind: 'foreign', reason: 'metadata: itself (1 unknown)' })
      }),
    )
  })

  it('lies in the stream of its tenant, one revision below its position', () => {
    expect(tenantStream('ten_a')).toBe('tenant-ten_a')
    expect(revisionOf(1)).toBe(0)
  })
})
