import { describe, expect, it } from 'vitest'
import { GENESIS_HASH, hashedForm, type EventEnvelope } from '#common/envelope.ts'
import { revisionOf, tenantStream, toStoreEvent } from '#domain/event-store/stream-event.ts'
import { verifyLog } from '#domain/event-store/verify-log.ts'
import { nodeCryptography } from '#infrastructure/shared/node-cryptography.ts'
import { MemoryStreamStore } from '../../../support/memory-stream-store.ts'

const TENANT = 'ten_00000000000000000000000001'
const STREAM = tenantStream(TENANT)
const LENGTH = 1_750
/** Events that may be held of a log at once, of whatever length it is. */
const PAGE = 500

/** A log with its chain of hashes. */
function chained(length: number): EventEnvelope[] {
  const events: EventEnvelope[] = []
  for (let position = 1; position <= length; position++) {
    const unsealed = {
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
      prevHash: events.at(-1)?.hash ?? GENESIS_HASH,
      data: {},
    } as const
    events.push({ ...unsealed, hash: nodeCryptography.sha256Hex(hashedForm(unsealed)) })
  }
  return events
}

const asStored = (events: readonly EventEnvelope[]) =>
  events.map((event) => ({ ...toStoreEvent(event), stream: STREAM, revision: revisionOf(event.position) }))

/** A log of many pages, and the store that holds it up to a position. */
function scene(forwarded = LENGTH) {
  const log = chained(LENGTH)
  const store = new MemoryStreamStore()
  const stream = asStored(log.slice(0, forwarded))
  store.streams.set(STREAM, stream)
  const pages: number[] = []
  /** @param listed number of events the log had when it was listed */
  const verify = (listed = log.length) => {
    const headAt = (position: number) => log[position - 1] ?? { position: 0, hash: GENESIS_HASH }
    const readHead = () => Promise.resolve(headAt(log.length))
    const read = (after: number, limit: number) => {
      pages.push(limit)
      return Promise.resolve(log.slice(after, after + limit))
    }
    const paged = {
      readStream: (name: string, from: number, limit: number) => {
        pages.push(limit)
        return store.readStream(name, from, limit)
      },
    }
    const head = headAt(listed)
    return verifyLog({ tenantId: TENANT, head, readHead, forwarded, read }, paged, nodeCryptography)
  }
  return { log, stream, pages, verify }
}

describe('the comparison of a log and its stream', () => {
  it('goes through both page by page, and finds them alike', async () => {
    const { pages, verify } = scene()
    expect(await verify()).toEqual({ kind: 'same', position: LENGTH, stored: LENGTH })
    expect(Math.max(...pages)).toBe(PAGE)
    expect(pages).toHaveLength(2 * Math.ceil(LENGTH / PAGE) + 1)
  })

  it.each([1, PAGE, PAGE + 1, 1_234, LENGTH])(
    'names position %i where the content there is the first other one',
    async (at) => {
      const { stream, verify } = scene()
      for (const position of [at, LENGTH]) {
        const event = stream[revisionOf(position)]
        if (event) stream[revisionOf(position)] = { ...event, data: { changed: true } }
      }
      expect(await verify()).toEqual({ kind: 'differs', position: at, difference: 'changed_in_store' })
    },
  )

  it.each([1, PAGE, PAGE + 1, 1_234, LENGTH])(
    'names position %i where somebody else’s event is the first there',
    async (at) => {
      const { stream, verify } = scene()
      const foreign = { id: 'ffffffff-0000-4000-8000-000000000000', type: 'x', data: {}, metadata: {} }
      stream[revisionOf(at)] = { ...foreign, stream: STREAM, revision: revisionOf(at) }
      expect(await verify()).toEqual({ kind: 'differs', position: at, difference: 'foreign_in_store' })
    },
  )

  it.each([1, PAGE, PAGE + 1, 1_234, LENGTH])(
    'names position %i where the stream ends before what it had confirmed',
    async (at) => {
      const { stream, verify } = scene()
      stream.length = revisionOf(at)
      expect(await verify()).toEqual({ kind: 'differs', position: at, difference: 'missing_in_store' })
    },
  )

  it.each([1, PAGE, PAGE + 1, 1_234, LENGTH])('names position %i where the log itself is broken first', async (at) => {
    const { log, verify } = scene(0)
    const event = log[at - 1]
    if (event) log[at - 1] = { ...event, commandId: 'cmd_other' }
    expect(await verify()).toEqual({ kind: 'differs', position: at, difference: 'log_broken' })
  })

  it('does not mind a stream that has come no further than was confirmed, on whatever page that is', async () => {
    const { verify } = scene(1_234)
    expect(await verify()).toEqual({ kind: 'same', position: LENGTH, stored: 1_234 })
  })

  it('names the position behind the log where the stream goes on', async () => {
    const { log, stream, verify } = scene()
    const [last] = log.slice(-1)
    if (last) stream.push(...asStored([{ ...last, position: LENGTH + 1 }]))
    expect(await verify()).toEqual({ kind: 'differs', position: LENGTH + 1, difference: 'surplus_in_store' })
  })

  it.each([1, PAGE, LENGTH])(
    'goes on where the log has grown by %i since it was listed, and the store with it',
    async (by) => {
      const { verify } = scene()
      expect(await verify(LENGTH - by)).toEqual({ kind: 'same', position: LENGTH, stored: LENGTH })
    },
  )

  it('does not mind that the store has not got all of what the log has grown by', async () => {
    const { verify } = scene(LENGTH - 3)
    expect(await verify(LENGTH - 5)).toEqual({ kind: 'same', position: LENGTH, stored: LENGTH - 3 })
  })

  it('names what differs in that by which the log has grown, and what the stream holds behind it', async () => {
    const changed = scene()
    const event = changed.stream[revisionOf(LENGTH - 1)]
    if (event) changed.stream[revisionOf(LENGTH - 1)] = { ...event, data: { changed: true } }
    const there = { kind: 'differs', position: LENGTH - 1, difference: 'changed_in_store' }
    expect(await changed.verify(LENGTH - 5)).toEqual(there)
    const surplus = scene()
    const [last] = surplus.log.slice(-1)
    if (last) surplus.stream.push(...asStored([{ ...last, position: LENGTH + 1 }]))
    const behind = { kind: 'differs', position: LENGTH + 1, difference: 'surplus_in_store' }
    expect(await surplus.verify(LENGTH - 5)).toEqual(behind)
  })
})
