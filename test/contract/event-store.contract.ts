import { describe, expect, it } from 'vitest'
import type { Json } from '#common/json.ts'
import { newId } from '#domain/new-id.ts'
import { APPEND_LIMITS, type RecordedStoreEvent, type StoreEvent, type StreamStore } from '#domain/ports/event-store.ts'

const event = (n: number, data: Readonly<Record<string, Json>> = { n }): StoreEvent => ({
  id: crypto.randomUUID(),
  type: 'orchard.tree_planted',
  data,
  metadata: { correlationId: `c-${n}` },
})
const events = (count: number, from = 0): readonly StoreEvent[] =>
  Array.from({ length: count }, (_, index) => event(from + index))

const recorded = (stream: string, given: readonly StoreEvent[], first = 0): readonly RecordedStoreEvent[] =>
  given.map((one, index) => ({ ...one, stream, revision: first + index }))

const stream = () => `contract-${newId.request()}`

/**
 * What every adapter of `StreamStore` does where others can write to the store.
 * @param writeForeign puts an event at the end of a stream, past the adapter, whose data and metadata are these texts
 */
export function foreignEventsContract(
  open: () => StreamStore,
  writeForeign: (stream: string, data: string, metadata: string) => void,
): void {
  it('reads what others have written that is no JSON object: as an event that says nothing', async () => {
    const [store, name] = [open(), stream()]
    const texts = ['{broken', 'text', '[1]', '1', '']
    await store.append(name, 'noStream', events(1))
    for (const text of texts) {
      writeForeign(name, text, '{"is":"json"}')
      writeForeign(name, '{"is":"json"}', text)
    }
    const said = texts.flatMap(() => [
      { data: {}, metadata: { is: 'json' } },
      { data: { is: 'json' }, metadata: {} },
    ])
    const read = await store.readStream(name, 1, 100)
    if (read.kind !== 'read') throw new Error(read.kind)
    expect(read.events.map(({ data, metadata }) => ({ data, metadata }))).toEqual(said)
    expect(await store.readLast(name)).toMatchObject({ events: [{ revision: said.length }] })
    let found = 0
    for (let after: string | undefined, isEnd = false; !isEnd;) {
      const page = await store.readAll(after, 500)
      found += page.events.filter((one) => one.stream === name).length
      after = page.next
      isEnd = page.endOfStore
    }
    expect(found).toBe(said.length + 1)
  })
}

/**
 * What every adapter does that reads a server with projections: it makes links.
 * @param link puts a link to an event, named `revision@stream`, at the end of a stream
 */
export function linksContract(open: () => StreamStore, link: (stream: string, target: string) => void): void {
  it('reads all streams over tombstones, deletions, metadata and links, also to what is gone: none of them is an event', async () => {
    const [store, kept, deleted, buried, links] = [open(), stream(), stream(), stream(), stream()]
    let checkpoint: string | undefined
    for (let end = false; !end;) {
      const page = await store.readAll(checkpoint, 500)
      checkpoint = page.next
      end = page.endOfStore
    }
    for (const name of [kept, deleted, buried]) {
      await store.append(name, 'noStream', events(2))
      link(links, `1@${name}`)
    }
    await store.writeMetadata(kept, 'noStream', { owner: 'orchard' })
    await store.delete(deleted, 1)
    await store.tombstone(buried, 1)
    await store.append(kept, 1, [event(2)])
    const seen: string[] = []
    for (let end = false; !end;) {
      const page = await store.readAll(checkpoint, 3)
      checkpoint = page.next
      end = page.endOfStore
      seen.push(...page.events.map((one) => `${one.revision}@${one.stream}`))
    }
    const mine = seen.filter((one) => [kept, deleted, buried, links].some((name) => one.endsWith(name)))
    expect(mine.filter((one) => one.endsWith(kept))).toEqual([0, 1, 2].map((revision) => `${revision}@${kept}`))
    // What is deleted stays in $all until the server scavenges.
    expect(new Set(mine).size).toBe(mine.length)
    expect(mine.every((one) => /^[012]@/.test(one))).toBe(true)
    expect(mine.some((one) => one.endsWith(links))).toBe(false)
  })

  it('reads a link in a stream as what it is, and never as the event it points to', async () => {
    const [store, name, other] = [open(), stream(), stream()]
    const [one] = events(1)
    if (one) await store.append(other, 'noStream', [one])
    link(name, `0@${other}`)
    link(name, '0@gone')
    const read = await store.readStream(name, 0, 10)
    if (read.kind !== 'read') throw new Error(read.kind)
    expect(read.events.map(({ type, stream: of, revision }) => [type, of, revision])).toEqual([
      ['$>', name, 0],
      ['$>', name, 1],
    ])
    expect(read.events.some(({ id }) => id === one?.id)).toBe(false)
  })
}

/** What every adapter of `StreamStore` does. It writes to streams of its own alone, and cleans up nothing it did not make. */
export function eventStoreContract(open: () => StreamStore): void {
  describe('appending', () => {
    it('keeps what was appended, in order, as it was given', async () => {
      const [store, name] = [open(), stream()]
      const given = [event(0, { text: 'Bäume 🌳', nested: { list: [1, 'two', null, true], empty: {} } }), event(1)]
      expect(await store.append(name, 'noStream', given)).toEqual({ kind: 'appended', first: 0, last: 1 })
      expect(await store.append(name, 1, [event(2)])).toMatchObject({ kind: 'appended', first: 2, last: 2 })
      const read = await store.readStream(name, 0, 2)
      expect(read).toMatchObject({ kind: 'read', events: recorded(name, given) })
    })

    it('answers the same append sent again as it did the first time, and writes nothing', async () => {
      const [store, name] = [open(), stream()]
      const [first, second] = [events(3), events(2, 3)]
      await store.append(name, 'noStream', first)
      await store.append(name, 2, second)
      expect(await store.append(name, 'noStream', first)).toEqual({ kind: 'appended', first: 0, last: 2 })
      expect(await store.append(name, 2, second)).toEqual({ kind: 'appended', first: 3, last: 4 })
      // A part of it that begins where it began counts as the same.
      expect(await store.append(name, 'noStream', first.slice(0, 2))).toEqual({ kind: 'appended', first: 0, last: 1 })
      expect(await store.readLast(name)).toMatchObject({ events: [{ revision: 4 }] })
    })

    it('refuses what counts on another revision, says which there is, and writes nothing', async () => {
      const [store, name] = [open(), stream()]
      const first = events(2)
      await store.append(name, 'noStream', first)
      const wrong = { kind: 'wrongExpectedRevision', current: 1 }
      expect(await store.append(name, 'noStream', events(1))).toEqual(wrong)
      expect(await store.append(name, 0, events(1))).toEqual(wrong)
      expect(await store.append(name, 7, events(1))).toEqual(wrong)
      // What begins with events that are there and goes on with new ones is not the same append.
      expect(await store.append(name, 'noStream', [...first, event(2)])).toEqual(wrong)
      expect(await store.append(stream(), 3, events(1))).toMatchObject({
        kind: 'wrongExpectedRevision',
        current: 'noStream',
      })
      expect(await store.readStream(name, 0, 10)).toMatchObject({ events: recorded(name, first) })
    })

    it('lets one of many who append at once win', async () => {
      const [store, name] = [open(), stream()]
      const results = await Promise.all(Array.from({ length: 12 }, () => store.append(name, 'noStream', events(2))))
      expect(results.filter(({ kind }) => kind === 'appended')).toHaveLength(1)
      expect(results.filter(({ kind }) => kind === 'wrongExpectedRevision')).toHaveLength(11)
      expect(await store.readLast(name)).toMatchObject({ events: [{ revision: 1 }] })
    })

    it('takes a full append, and sends nothing of one that is larger', async () => {
      const [store, name] = [open(), stream()]
      const full = events(APPEND_LIMITS.events)
      expect(await store.append(name, 'noStream', full)).toMatchObject({ kind: 'appended', last: 99 })
      expect(await store.append(name, 99, events(APPEND_LIMITS.events + 1))).toMatchObject({ kind: 'tooLarge' })
      const heavy = event(0, { text: 'ß'.repeat(APPEND_LIMITS.bytes / 2) })
      expect(await store.append(name, 99, [heavy])).toMatchObject({ kind: 'tooLarge' })
      const almost = event(0, { text: 'x'.repeat(APPEND_LIMITS.bytes - 1_000) })
      expect(await store.append(name, 99, [almost])).toEqual({ kind: 'appended', first: 100, last: 100 })
      expect(await store.readLast(name)).toMatchObject({ events: [{ revision: 100 }] })
    })

    it('takes every name that we give streams', async () => {
      const store = open()
      for (const name of [`${stream()}.x:y`, `${stream()}-ten_01`, `${stream()}|pipe`, `${stream()} é`]) {
        expect(await store.append(name, 'noStream', events(1))).toMatchObject({ kind: 'appended' })
        expect(await store.readLast(name)).toMatchObject({ events: [{ stream: name }] })
      }
    })
  })

  describe('reading', () => {
    it('reads pages from a revision on, and says where the stream ends', async () => {
      const [store, name] = [open(), stream()]
      const given = events(7)
      await store.append(name, 'noStream', given)
      expect(await store.readStream(name, 2, 3)).toMatchObject({
        kind: 'read',
        events: recorded(name, given.slice(2, 5), 2),
        endOfStream: false,
      })
      expect(await store.readStream(name, 5, 10)).toMatchObject({
        events: recorded(name, given.slice(5), 5),
        endOfStream: true,
      })
      expect(await store.readStream(name, 40, 10)).toEqual({ kind: 'read', events: [], endOfStream: true })
    })

    it('tells a stream that is not there from one that is empty behind a revision', async () => {
      const store = open()
      expect(await store.readStream(stream(), 0, 10)).toEqual({ kind: 'streamNotFound' })
      expect(await store.readLast(stream())).toEqual({ kind: 'streamNotFound' })
    })

    it('reads all streams in the order of commit, page by page, each event once', async () => {
      const store = open()
      const names = [stream(), stream()]
      let checkpoint: string | undefined
      for (;;) {
        const page = await store.readAll(checkpoint, 500)
        checkpoint = page.next
        if (page.endOfStore) break
      }
      for (const round of [0, 1, 2])
        for (const name of names) await store.append(name, round === 0 ? 'noStream' : round - 1, [event(round)])
      const seen: string[] = []
      for (let end = false; !end;) {
        const page = await store.readAll(checkpoint, 2)
        checkpoint = page.next
        end = page.endOfStore
        seen.push(
          ...page.events
            .filter((one) => names.includes(one.stream))
            .map((one) => `${names.indexOf(one.stream)}@${one.revision}`),
        )
      }
      expect(seen).toEqual(['0@0', '1@0', '0@1', '1@1', '0@2', '1@2'])
      expect((await store.readAll(checkpoint, 10)).events.filter((one) => names.includes(one.stream))).toEqual([])
    })
  })

  describe('subscribing', () => {
    it('hands over what is there and what comes later, in order, from a revision on', async () => {
      const [store, name] = [open(), stream()]
      await store.append(name, 'noStream', events(3))
      const seen: number[] = []
      const subscription = store.subscribe(name, 1, async ({ revision }) => {
        await Promise.resolve()
        seen.push(revision)
      })
      await expect.poll(() => seen, { timeout: 10_000 }).toEqual([1, 2])
      await store.append(name, 2, events(2, 3))
      await expect.poll(() => seen, { timeout: 10_000 }).toEqual([1, 2, 3, 4])
      await subscription.close()
      await store.append(name, 4, events(1, 5))
      expect(seen).toEqual([1, 2, 3, 4])
    })

    it('waits for a stream that is not there yet', async () => {
      const [store, name] = [open(), stream()]
      const seen: number[] = []
      const subscription = store.subscribe(name, 0, async ({ revision }) => void seen.push(revision))
      await store.append(name, 'noStream', events(1))
      await expect.poll(() => seen, { timeout: 10_000 }).toEqual([0])
      await subscription.close()
    })

    it('ends with the fault of whoever it hands over to', async () => {
      const [store, name] = [open(), stream()]
      await store.append(name, 'noStream', events(2))
      const subscription = store.subscribe(name, 0, () => Promise.reject(new Error('cannot take it')))
      await expect(subscription.closed).rejects.toThrow('cannot take it')
    })
  })

  describe('metadata and removal', () => {
    it('keeps metadata, guarded by its own revision', async () => {
      const [store, name] = [open(), stream()]
      expect(await store.readMetadata(name)).toEqual({ kind: 'read', metadata: {}, revision: 'noStream' })
      const metadata = { $acl: { $w: ['$admins'] }, owner: 'orchard' }
      expect(await store.writeMetadata(name, 'noStream', metadata)).toMatchObject({ kind: 'appended' })
      expect(await store.readMetadata(name)).toEqual({ kind: 'read', metadata, revision: 0 })
      expect(await store.writeMetadata(name, 'noStream', {})).toMatchObject({ kind: 'wrongExpectedRevision' })
      expect(await store.writeMetadata(name, 0, { owner: 'other' })).toMatchObject({ kind: 'appended' })
      expect(await store.readMetadata(name)).toEqual({ kind: 'read', metadata: { owner: 'other' }, revision: 1 })
    })

    it('deletes a stream so that it may be begun again', async () => {
      const [store, name] = [open(), stream()]
      await store.append(name, 'noStream', events(2))
      expect(await store.delete(name, 0)).toEqual({ kind: 'wrongExpectedRevision' })
      expect(await store.delete(name, 1)).toEqual({ kind: 'deleted' })
      expect(await store.readStream(name, 0, 10)).toEqual({ kind: 'streamNotFound' })
      expect(await store.append(name, 'noStream', events(1))).toMatchObject({ kind: 'appended', first: 2, last: 2 })
    })

    it('buries a stream for good', async () => {
      const [store, name] = [open(), stream()]
      await store.append(name, 'noStream', events(2))
      expect(await store.tombstone(name, 1)).toEqual({ kind: 'deleted' })
      expect(await store.readStream(name, 0, 10)).toEqual({ kind: 'streamDeleted' })
      expect(await store.readLast(name)).toEqual({ kind: 'streamDeleted' })
      expect(await store.append(name, 'noStream', events(1))).toEqual({ kind: 'streamDeleted' })
      expect(await store.append(name, 1, events(1))).toEqual({ kind: 'streamDeleted' })
      expect(await store.tombstone(name, 1)).toEqual({ kind: 'streamDeleted' })
    })
  })

  it('says that it is up, and what it speaks', async () => {
    const store = open()
    expect(await store.health()).toEqual({ status: 'up', latency: expect.any(Number) })
    const { protocol, pushes } = await store.capabilities()
    expect(pushes).toBe(protocol === 'grpc')
  })
}
