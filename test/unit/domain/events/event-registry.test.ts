import { describe, expect, it } from 'vitest'
import { liftPayload, type EventDefinition, type EventPayload, type Upcaster } from '#domain/events/event-definition.ts'
import {
  EVENT_DEFINITIONS,
  EVENT_TYPES,
  isEventType,
  readEvent,
  UnreadableEvent,
  validateEvent,
  type DomainEvent,
} from '#domain/events/event-registry.ts'
import { openPersonal } from '#domain/events/seal-event.ts'
import { verifyChain } from '#domain/events/verify-chain.ts'
import {
  goldenKey,
  goldenNames,
  readGolden,
  schemaFingerprint,
  writeMissingGoldens,
} from '../../../support/golden-events.ts'
import { TENANT, userIdOf } from '../../../support/subjects.ts'
import { testTools } from '../../../support/tools.ts'

const { cryptography } = testTools()

// A new version of an event needs a golden of its own: run the tests once with ACCI_WRITE_GOLDENS=1, look at what came, and have it
// listed (npm run goldens). It then stays for good: `npm run check` refuses a listed one that has changed or is gone.
if (process.env['ACCI_WRITE_GOLDENS'] === '1') await writeMissingGoldens()

const withData = (event: DomainEvent, data: object) => ({ ...event, data }) as unknown as DomainEvent // wrong on purpose

describe('every event type', () => {
  it.each(EVENT_TYPES)('%s has a golden of its current version, made by the schema in force', (type) => {
    const { version } = EVENT_DEFINITIONS[type]
    expect(goldenNames()).toContain(`${type}@${version}`)
    // A schema that has changed needs a new version. (A new release of zod may word the same schema anew.)
    expect(readGolden(`${type}@${version}`).schema).toBe(schemaFingerprint(type))
  })

  it.each(EVENT_TYPES)('%s has a golden of each older version that it can be lifted from', (type) => {
    const { upcasters }: EventDefinition = EVENT_DEFINITIONS[type]
    expect(goldenNames()).toEqual(expect.arrayContaining(upcasters.map(({ from }) => `${type}@${from}`)))
  })

  it.each(EVENT_TYPES)('%s is named for its aggregate, and versioned', (type) => {
    const definition = EVENT_DEFINITIONS[type]
    expect(definition.type).toBe(type)
    expect(definition.version).toMatch(/^\d+\.\d+\.\d+$/)
    expect(type.split('.')[0]).toBe(definition.aggregate === 'session' ? 'auth' : definition.aggregate)
  })

  it.each(EVENT_TYPES)('%s refuses a field that its schema does not know', (type) => {
    const { event } = readGolden(`${type}@${EVENT_DEFINITIONS[type].version}`)
    expect(() => validateEvent(event)).not.toThrow()
    expect(() => validateEvent(withData(event, { ...event.data, surprise: 1 }))).toThrow()
    expect(() => validateEvent(withData(event, {}))).toThrow()
  })
})

describe('every golden event', () => {
  it.each(goldenNames())('%s can be read, is whole, and means what it meant', (name) => {
    const golden = readGolden(name)
    const { envelope } = golden
    expect(name).toBe(`${envelope.type}@${envelope.schemaVersion}`)
    expect(
      verifyChain([envelope], cryptography, { position: envelope.position - 1, hash: envelope.prevHash }),
    ).toBeUndefined()
    const key = goldenKey(golden)
    const personal = key && openPersonal(cryptography, key, envelope)
    expect(personal === undefined).toBe(envelope.personal === undefined)
    expect(
      readEvent(envelope.type, envelope.schemaVersion, { data: envelope.data, ...(personal && { personal }) }),
    ).toEqual(golden.event)
  })

  it('holds every field its schema knows, so that none is forgotten', () => {
    for (const name of goldenNames()) {
      const { event, envelope } = readGolden(name)
      if (!isEventType(envelope.type) || envelope.schemaVersion !== EVENT_DEFINITIONS[envelope.type].version) continue
      const definition = EVENT_DEFINITIONS[envelope.type]
      const fields = Object.keys(definition.data.shape)
      expect(Object.keys(event.data).toSorted(), name).toEqual(fields.toSorted())
      const personal = 'personal' in definition && definition.personal ? Object.keys(definition.personal.shape) : []
      expect(Object.keys(event.personal ?? {}).toSorted(), name).toEqual(personal.toSorted())
    }
  })

  it('shows nothing personal to who has no key', () => {
    for (const name of goldenNames()) {
      const text = JSON.stringify(readGolden(name).envelope)
      for (const secret of ['example.com"', 'Zoë', 'Bob', '192.0.2.7', 'curl', 'north'])
        expect(text.replaceAll('login.example.com', ''), name).not.toContain(secret)
    }
  })
})

describe('readEvent', () => {
  const data = { userId: userIdOf(2), tenantId: TENANT }

  it('refuses types and major versions it does not know', () => {
    expect(() => readEvent('user.cloned', '1.0.0', { data })).toThrow(UnreadableEvent)
    expect(() => readEvent('toString', '1.0.0', { data })).toThrow(UnreadableEvent)
    expect(() => readEvent('user.password_set', '2.0.0', { data })).toThrow(UnreadableEvent)
    expect(() => readEvent('user.password_set', '', { data })).toThrow(UnreadableEvent)
  })

  it('reads a later minor version as it is: what it does not know, it leaves', () => {
    expect(readEvent('user.password_set', '1.7.3', { data: { ...data, later: true } })).toMatchObject({
      type: 'user.password_set',
      data: { later: true },
    })
  })
})

describe('liftPayload', () => {
  const step = (from: string, to: string): Upcaster => ({
    from,
    to,
    upcast: ({ data, personal }) => ({
      data: { ...data, path: [...((data['path'] as string[] | undefined) ?? []), to] },
      ...(personal && { personal }),
    }),
  })
  const definition = {
    version: '3.0.0',
    upcasters: [step('2.0.0', '3.0.0'), step('1.0.0', '1.1.0'), step('1.1.0', '2.0.0')],
  }
  const payload: EventPayload = { data: { a: 1 }, personal: { name: 'Zoë' } }

  it('takes every step from the stored version up, in whatever order they are declared', () => {
    expect(liftPayload(definition, '1.0.0', payload)).toEqual({
      data: { a: 1, path: ['1.1.0', '2.0.0', '3.0.0'] },
      personal: { name: 'Zoë' },
    })
    expect(liftPayload(definition, '2.0.0', payload)?.data['path']).toEqual(['3.0.0'])
  })

  it('leaves the current version, and later ones of the same major, as they are', () => {
    expect(liftPayload(definition, '3.0.0', payload)).toBe(payload)
    expect(liftPayload(definition, '3.2.1', payload)).toBe(payload)
  })

  it('finds no way from versions it does not know', () => {
    expect(liftPayload(definition, '0.9.0', payload)).toBeUndefined()
    expect(liftPayload(definition, '2.1.0', payload)).toBeUndefined()
    expect(liftPayload(definition, '4.0.0', payload)).toBeUndefined()
    expect(liftPayload({ version: '2.0.0', upcasters: [] }, '1.0.0', payload)).toBeUndefined()
  })

  it('ends although the steps go in a circle', () => {
    const circle = { version: '2.0.0', upcasters: [step('1.0.0', '1.1.0'), step('1.1.0', '1.0.0')] }
    expect(liftPayload(circle, '1.0.0', payload)).toBeUndefined()
  })

  it('lifts an event whose person has been erased', () => {
    expect(liftPayload(definition, '2.0.0', { data: { a: 1 } })).toEqual({ data: { a: 1, path: ['3.0.0'] } })
  })

  it('changes no stored payload', () => {
    const stored = structuredClone(payload)
    liftPayload(definition, '1.0.0', stored)
    expect(stored).toEqual(payload)
  })
})
