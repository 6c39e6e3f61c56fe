import { describe, expect, it } from 'vitest'
import type { EventEnvelope } from '#common/envelope.ts'
import { BACKLOG_LIMIT, Forwarder } from '#domain/forwarding/forwarder.ts'
import { fromStoreEvent, tenantStream } from '#domain/event-store/stream-event.ts'
import { APPEND_LIMITS } from '#domain/ports/event-store.ts'
import { sameForwarding, type Forwarding, type ForwardingStorage } from '#domain/ports/forwarding.ts'
import { MemoryStreamStore } from '../../../support/memory-stream-store.ts'

const TENANT = 'ten_00000000000000000000000001'
const STREAM = tenantStream(TENANT)

const envelope = (position: number, note = ''): EventEnvelope => ({
  eventId: `00000000-0000-4000-8000-${String(position).padStart(12, '0')}`,
  type: 'user.reactivated',
  schemaVersion: '1.0.0',
  tenantId: TENANT,
  position,
  aggregate: { type: 'user', id: 'usr_a', version: position },
  timestamp: '2026-01-01T00:00:00.000Z',
  correlationId: 'test',
  actorType: 'system',
  commandId: `cmd_${position}`,
  region: 'local',
  clock: { local: position },
  epoch: 1,
  prevHash: 'p',
  hash: 'h',
  data: { note },
})

const log = (count: number, note = '') => Array.from({ length: count }, (_, index) => envelope(index + 1, note))

/** A tenant's log, and what is kept of how far it has been forwarded. */
class Log implements ForwardingStorage {
  events: EventEnvelope[]
  state: Forwarding = { forwarded: 0 }
  readonly saved: Forwarding[] = []
  /** What a crash right before the state is saved for the n-th time throws. */
  crashAtSave = Number.POSITIVE_INFINITY

  constructor(events: readonly EventEnvelope[]) {
    this.events = [...events]
  }

  readForwarding(): Promise<Forwarding> {
    return Promise.resolve(this.state)
  }

  saveForwarding(expected: Forwarding, next: Forwarding): Promise<boolean> {
    if (--this.crashAtSave === 0) return Promise.reject(new Error('crash'))
    if (!sameForwarding(this.state, expected)) return Promise.resolve(false)
    this.state = next
    this.saved.push(next)
    return Promise.resolve(true)
  }

  readEvents(after: number, limit: number) {
    return Promise.resolve({
      events: this.events.slice(after, after + limit),
      head: { position: this.events.length },
    })
  }
}

function scene(events: readonly EventEnvelope[]) {
  const storage = new Log(events)
  const store = new MemoryStreamStore()
  const told: string[] = []
  const waiting: unknown[] = []
  const logger = {
    warn(message: string, fields: Readonly<Record<string, unknown>> = {}) {
      told.push(message)
      waiting.push(fields['waiting'])
    },
    error: (message: string) => void told.push(message),
  }
  const open = () => new Forwarder({ tenantId: TENANT, storage, store, logger })
  return { storage, store, told, waiting, open, forwarder: open() }
}

/** The log as the store holds it. */
const stored = (store: MemoryStreamStore) =>
  (store.streams.get(STREAM) ?? []).map((event) => {
    const read = fromStoreEvent(event)
    return read.kind === 'event' ? read.envelope : read
  })

const foreign = (revision: number) => ({
  id: `ffffffff-0000-4000-8000-${String(revision).padStart(12, '0')}`,
  type: 'something.else',
  data: {},
  metadata: {},
  stream: STREAM,
  revision,
})

describe('the forwarder', () => {
  it('sends a log in order, in batches of at most 100 events, each on the exact revision before it', async () => {
    const { forwarder, store, storage } = scene(log(250))
    expect(await forwarder.forward()).toEqual({ kind: 'drained', position: 250 })
    expect(stored(store)).toEqual(storage.events)
    expect(store.appends.map(({ expected, ids }) => [expected, ids.length])).toEqual([
      ['noStream', 100],
      [99, 100],
      [199, 50],
    ])
  })

  it('sends nothing when there is nothing to send', async () => {
    const { forwarder, store, storage } = scene([])
    expect(await forwarder.forward()).toEqual({ kind: 'drained', position: 0 })
    expect(store.appends).toEqual([])
    expect(storage.saved).toEqual([])
  })

  it('keeps a batch below 1 MiB', async () => {
    const { forwarder, store, storage } = scene(log(10, 'x'.repeat(300_000)))
    expect(await forwarder.forward()).toEqual({ kind: 'drained', position: 10 })
    expect(store.appends.map(({ ids }) => ids.length)).toEqual([3, 3, 3, 1])
    expect(stored(store)).toEqual(storage.events)
  })

  it('pins a batch before its first try', async () => {
    const { forwarder, store, storage } = scene(log(3))
    store.faults.push('lostRequest')
    expect(await forwarder.forward()).toMatchObject({ kind: 'waiting', position: 0 })
    expect(storage.state).toEqual({ forwarded: 0, pinnedTo: 3 })
  })

  it.each(['lostRequest', 'lostReply', 'notLeader', 'accessDenied', 'throws'] as const)(
    'sends the identical batch again after %s, although the log has grown',
    async (fault) => {
      const { forwarder, store, storage } = scene(log(3))
      store.faults.push(fault)
      expect((await forwarder.forward()).kind).toBe('waiting')
      storage.events.push(envelope(4), envelope(5))
      expect(await forwarder.forward()).toEqual({ kind: 'drained', position: 5 })
      const [first, second, third] = store.appends
      expect(second).toEqual(first)
      expect(third?.ids).toHaveLength(2)
      expect(stored(store)).toEqual(storage.events)
    },
  )

  it('goes on after a crash at any point, and neither loses nor doubles an event', async () => {
    for (let at = 1; at <= 6; at++) {
      const { open, store, storage } = scene(log(250))
      storage.crashAtSave = at
      await expect(open().forward()).rejects.toThrow('crash')
      storage.events.push(envelope(251))
      expect(await open().forward()).toEqual({ kind: 'drained', position: 251 })
      expect(stored(store)).toEqual(storage.events)
    }
  })

  it('does no harm when several work at once', async () => {
    const { open, store, storage } = scene(log(450))
    await Promise.all([open(), open(), open()].map((forwarder) => forwarder.forward()))
    expect((await open().forward()).kind).toBe('drained')
    expect(stored(store)).toEqual(storage.events)
  })

  it('finds that the store is further than the state says', async () => {
    const { open, forwarder, store, storage } = scene(log(150))
    await forwarder.forward()
    // A backup of the tenant's storage has been played back.
    storage.state = { forwarded: 20 }
    expect(await open().forward()).toEqual({ kind: 'drained', position: 150 })
    expect(stored(store)).toEqual(storage.events)
  })

  it('takes the part of a batch for sent that is in the stream already', async () => {
    const { open, forwarder, store, storage } = scene(log(30))
    await forwarder.forward()
    storage.state = { forwarded: 0 }
    storage.events.push(envelope(31))
    expect(await open().forward()).toEqual({ kind: 'drained', position: 31 })
    expect(stored(store)).toEqual(storage.events)
  })

  it.each([0, 1, 2])('fences the tenant at a foreign event after %i of its own, and repairs nothing', async (own) => {
    const { forwarder, store, storage, told } = scene(log(own))
    await forwarder.forward()
    store.streams.set(STREAM, [...(store.streams.get(STREAM) ?? []), foreign(own)])
    storage.events = log(own + 2)
    const before = store.streams.get(STREAM)
    const fence = { reason: 'foreign_event', position: own + 1 }
    expect(await forwarder.forward()).toEqual({ kind: 'fenced', position: own, fence })
    expect(store.streams.get(STREAM)).toBe(before)
    const appends = store.appends.length
    expect((await forwarder.forward()).kind).toBe('fenced')
    expect(store.appends).toHaveLength(appends)
    expect(storage.state).toEqual({ forwarded: own, fence })
    expect(told.at(-1)).toContain('fenced')
    expect(await forwarder.admit(own + 2)).toEqual({ code: 'tenant.fenced' })
  })

  it('fences the tenant when the store has lost events', async () => {
    const { forwarder, store, storage } = scene(log(10))
    await forwarder.forward()
    store.streams.set(STREAM, (store.streams.get(STREAM) ?? []).slice(0, 4))
    storage.events = log(12)
    const fence = { reason: 'events_missing', position: 5 }
    expect(await forwarder.forward()).toEqual({ kind: 'fenced', position: 10, fence })
  })

  it('fences the tenant when the whole stream is gone', async () => {
    const { forwarder, store, storage } = scene(log(2))
    await forwarder.forward()
    store.streams.delete(STREAM)
    storage.events = log(3)
    const fence = { reason: 'events_missing', position: 1 }
    expect(await forwarder.forward()).toEqual({ kind: 'fenced', position: 2, fence })
  })

  it('fences the tenant when its stream has been deleted for good', async () => {
    const { forwarder, store } = scene(log(1))
    store.deleted.add(STREAM)
    expect(await forwarder.forward()).toMatchObject({
      kind: 'fenced',
      fence: { reason: 'stream_deleted', position: 1 },
    })
  })

  it('waits, without a fence, while the store does not let it look', async () => {
    const { forwarder, store, storage, waiting } = scene(log(2))
    store.streams.set(STREAM, [foreign(0)])
    store.readFault = new Error('away')
    expect(await forwarder.forward()).toMatchObject({ kind: 'waiting', cause: expect.stringContaining('away') })
    // At the edge, where nobody can count what waits, the log line is what tells of it.
    expect(waiting).toEqual([2])
    expect(storage.state.fence).toBeUndefined()
    store.readFault = undefined
    expect((await forwarder.forward()).kind).toBe('fenced')
  })

  it('takes commands up to the limit of the backlog, and again once the store has followed', async () => {
    const { forwarder, store } = scene(log(100))
    store.faults.push('lostRequest')
    await forwarder.forward()
    expect(await forwarder.admit(BACKLOG_LIMIT - 1)).toBeUndefined()
    expect(await forwarder.admit(BACKLOG_LIMIT)).toEqual({ code: 'event_store.backlog_full', retryAfter: 30 })
    await forwarder.forward()
    expect(await forwarder.admit(BACKLOG_LIMIT)).toBeUndefined()
  })

  it('knows a fence of an earlier process before the first command', async () => {
    const { open, storage } = scene(log(1))
    storage.state = { forwarded: 0, fence: { reason: 'foreign_event', position: 1 } }
    expect(await open().admit(1)).toEqual({ code: 'tenant.fenced' })
  })

  it('never sends more than one append carries', () => {
    expect(APPEND_LIMITS).toEqual({ events: 100, bytes: 1_048_576 })
  })
})
