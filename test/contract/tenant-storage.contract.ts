import { describe, expect, it } from 'vitest'
import { GENESIS_HASH, type EventEnvelope } from '#common/envelope.ts'
import type { CommitBatch, Head, StoredEvent, StoredRow, TenantStorage } from '#domain/ports/tenant-storage.ts'
import { newId } from '#domain/new-id.ts'

const EMPTY: Head = { position: 0, hash: GENESIS_HASH, revision: 0 }

const row = (ref: string, value: StoredRow['value'] = { ref }, extra: Partial<StoredRow> = {}): StoredRow => ({
  ref,
  version: 1,
  value,
  ...extra,
})

const stored = (position: number, text: string): StoredEvent => ({
  position,
  text,
  envelope: JSON.parse(text) as EventEnvelope, // storages do not look into events
})

const event = (position: number, note = 'x') => stored(position, JSON.stringify({ note, position }))

/** A batch that appends `count` events to `expected` and changes some rows. */
function batch(
  expected: Head,
  count = 0,
  rows: { puts?: readonly StoredRow[]; deletes?: readonly string[] } = {},
): CommitBatch {
  const events = Array.from({ length: count }, (_, index) => event(expected.position + index + 1))
  const position = expected.position + count
  const hash = position === 0 ? GENESIS_HASH : position.toString(16).padStart(64, '0')
  return { expected, head: { position, hash }, events, puts: rows.puts ?? [], deletes: rows.deletes ?? [] }
}

/** The head after a batch has been committed. */
const after = ({ head, expected }: CommitBatch): Head => ({ ...head, revision: expected.revision + 1 })

const refsOf = ({ rows }: { readonly rows: readonly StoredRow[] }) => rows.map(({ ref }) => ref)

/**
 * What every adapter of `TenantStorage` does. `open` gives the storage of a tenant; each test has tenants of its own.
 * @param follow moves the tenant's checkpoint there, where the storage asks it whether what is confirmed is so
 */
export function tenantStorageContract(
  open: (tenantId: string) => Promise<TenantStorage>,
  follow: (tenantId: string, position: number) => Promise<void> = () => Promise.resolve(),
): void {
  describe('TenantStorage', () => {
    it('refuses a batch that presumed a row absent which is there, and writes nothing of it', async () => {
      const storage = await open(newId.tenant())
      if (!storage.checksAbsence) return
      const first = batch(EMPTY, 1, { puts: [row('replay/a')] })
      await storage.commit(first)
      const second = batch(after(first), 1, { puts: [row('replay/b'), row('replay/a')] })
      expect(await storage.commit({ ...second, absent: ['replay/b', 'replay/a'] })).toBe('conflict')
      expect(await storage.readRows(['replay/b'])).toEqual({ rows: [], head: after(first) })
      expect((await storage.readEvents(1, 1)).events).toEqual([])
      expect(await storage.commit({ ...second, absent: ['replay/b'] })).toBe('committed')
    })

    it('spoils nothing of other tenants where one has presumed wrongly', async () => {
      const [one, wrong, other] = await Promise.all([1, 2, 3].map(() => open(newId.tenant())))
      if (!one?.checksAbsence || !wrong || !other) return
      const first = batch(EMPTY, 1, { puts: [row('replay/a')] })
      await wrong.commit(first)
      const next = (expected: Head) => ({
        ...batch(expected, 1, { puts: [row('replay/a'), row('user/a')] }),
        absent: ['replay/a'],
      })
      const results = await Promise.all([
        one.commit(next(EMPTY)),
        wrong.commit(next(after(first))),
        other.commit(next(EMPTY)),
      ])
      expect(results).toEqual(['committed', 'conflict', 'committed'])
      expect((await one.readRows(['replay/a', 'user/a'])).rows).toHaveLength(2)
      expect(await wrong.readRows(['user/a'])).toEqual({ rows: [], head: after(first) })
    })

    it('begins empty', async () => {
      const storage = await open(newId.tenant())
      expect(await storage.readRows(['user/a'])).toEqual({ rows: [], head: EMPTY })
      expect(await storage.scanRows('a', 'z', 10)).toEqual({ rows: [], head: EMPTY })
      expect(await storage.readEvents(0, 10)).toEqual({ events: [], head: EMPTY })
      expect(await storage.readProjected()).toBe(0)
    })

    it('keeps how far the event store has followed, whoever is faster', async () => {
      const tenantId = newId.tenant()
      const storage = await open(tenantId)
      expect(await storage.readForwarding()).toEqual({ forwarded: 0 })
      await storage.commit(batch(EMPTY, 3))
      const pinned = { forwarded: 0, pinnedTo: 3 }
      expect(await storage.saveForwarding({ forwarded: 0 }, pinned)).toBe(true)
      expect(await storage.readForwarding()).toEqual(pinned)
      // Seen before the other one had saved: nothing is changed.
      expect(await storage.saveForwarding({ forwarded: 0 }, { forwarded: 0, pinnedTo: 2 })).toBe(false)
      expect(await storage.saveForwarding({ forwarded: 3 }, { forwarded: 9 })).toBe(false)
      expect(await storage.readForwarding()).toEqual(pinned)
      expect(await storage.saveForwarding(pinned, { forwarded: 3 })).toBe(true)
      const fenced = { forwarded: 3, fence: { reason: 'foreign_event', position: 4 } } as const
      expect(await storage.saveForwarding({ forwarded: 3 }, fenced)).toBe(true)
      expect(await storage.saveForwarding({ forwarded: 3 }, { forwarded: 4 })).toBe(false)
      expect(await storage.readForwarding()).toEqual(fenced)
      expect((await storage.readRows([])).head.position).toBe(3)
    })

    it('keeps events, rows and head of a commit together', async () => {
      const storage = await open(newId.tenant())
      const first = batch(EMPTY, 2, {
        puts: [row('user/a', { name: 'Ada' }), row('user/b', null, { version: 7, expiresAt: 9_000_000_000_000 })],
      })
      expect(await storage.commit(first)).toBe('committed')
      const page = await storage.readRows(['user/b', 'user/none', 'user/a'])
      expect(page.head).toEqual(after(first))
      expect(page.rows.toSorted((a, b) => (a.ref < b.ref ? -1 : 1))).toEqual(first.puts)
      expect(await storage.readEvents(0, 10)).toEqual({
        events: [
          { note: 'x', position: 1 },
          { note: 'x', position: 2 },
        ],
        head: after(first),
      })
    })

    it('counts a commit without events', async () => {
      const storage = await open(newId.tenant())
      const only = batch(EMPTY, 0, { puts: [row('attempts/a')] })
      expect(await storage.commit(only)).toBe('committed')
      expect((await storage.readRows([])).head).toEqual({ ...EMPTY, revision: 1 })
    })

    it('replaces and removes rows, also rows that were never there', async () => {
      const storage = await open(newId.tenant())
      const first = batch(EMPTY, 1, { puts: [row('user/a', 1, { expiresAt: 5 }), row('user/b'), row('user/c')] })
      await storage.commit(first)
      const second = batch(after(first), 0, {
        puts: [row('user/a', 2, { version: 2 })],
        deletes: ['user/b', 'user/none'],
      })
      expect(await storage.commit(second)).toBe('committed')
      expect((await storage.scanRows('user/', 'user0', 10)).rows).toEqual([
        row('user/a', 2, { version: 2 }),
        row('user/c'),
      ])
    })

    it('refuses a batch decided on another revision, and writes nothing of it', async () => {
      const tenantId = newId.tenant()
      const [one, other] = [await open(tenantId), await open(tenantId)]
      const first = batch(EMPTY, 1, { puts: [row('user/a', 'first')] })
      expect(await one.commit(first)).toBe('committed')
      const late = batch(EMPTY, 1, { puts: [row('user/a', 'late'), row('user/b', 'late')] })
      expect(await other.commit(late)).toBe('conflict')
      expect(await other.commit(batch({ ...after(first), revision: 2 }, 1, { deletes: ['user/a'] }))).toBe('conflict')
      expect(await other.readRows(['user/a', 'user/b'])).toEqual({ rows: [row('user/a', 'first')], head: after(first) })
      expect((await other.readEvents(0, 10)).events).toHaveLength(1)
    })

    it('refuses a batch that expects a log where there is none', async () => {
      const storage = await open(newId.tenant())
      expect(await storage.commit(batch({ position: 3, hash: 'a'.repeat(64), revision: 2 }, 1))).toBe('conflict')
      expect((await storage.readRows([])).head).toEqual(EMPTY)
    })

    it('lets one of many writers win each revision', async () => {
      const tenantId = newId.tenant()
      const writers = await Promise.all(Array.from({ length: 10 }, () => open(tenantId)))
      const results = await Promise.all(
        writers.map((writer, index) => writer.commit(batch(EMPTY, 1, { puts: [row(`user/${index}`)] }))),
      )
      expect(results.filter((result) => result === 'committed')).toHaveLength(1)
      const winner = results.indexOf('committed')
      expect(refsOf(await (await open(tenantId)).scanRows('user/', 'user0', 20))).toEqual([`user/${winner}`])
    })

    it('commits many tenants at once, each on its own: a conflict of one spoils nothing of another', async () => {
      const tenants = await Promise.all(
        Array.from({ length: 10 }, async (_, index) => ({
          storage: await open(newId.tenant()),
          stale: index % 3 === 0,
        })),
      )
      for (const { storage, stale } of tenants) if (stale) await storage.commit(batch(EMPTY, 1))
      const results = await Promise.all(
        tenants.map(({ storage }) => storage.commit(batch(EMPTY, 2, { puts: [row('user/a')] }))),
      )
      expect(results).toEqual(tenants.map(({ stale }) => (stale ? 'conflict' : 'committed')))
      const heads = await Promise.all(
        tenants.map(async ({ storage }) => (await storage.readEvents(0, 10)).events.length),
      )
      expect(heads).toEqual(tenants.map(({ stale }) => (stale ? 1 : 2)))
    })

    it('shows no tenant the rows or events of another', async () => {
      const [mine, foreign] = [await open(newId.tenant()), await open(newId.tenant())]
      await foreign.commit(batch(EMPTY, 3, { puts: [row('user/a')] }))
      expect(await mine.readRows(['user/a'])).toEqual({ rows: [], head: EMPTY })
      expect(refsOf(await mine.scanRows('', 'z', 10))).toEqual([])
      expect((await mine.readEvents(0, 10)).events).toEqual([])
    })

    it('scans in byte order, from the first ref on and before the last, up to the limit', async () => {
      const storage = await open(newId.tenant())
      const refs = ['user/B', 'user/Z', 'user/_', 'user/a', 'user/a-', 'user/ab', 'user/b', 'user/\u00e9']
      await storage.commit(batch(EMPTY, 0, { puts: [...refs, 'used/a', 'user0'].toReversed().map((ref) => row(ref)) }))
      expect(refsOf(await storage.scanRows('user/', 'user0', 100))).toEqual(refs)
      expect(refsOf(await storage.scanRows('user/Z', 'user/b', 100))).toEqual(refs.slice(1, 6))
      expect(refsOf(await storage.scanRows('user/', 'user0', 3))).toEqual(refs.slice(0, 3))
      // Paging goes on from the last ref and the smallest character there can be.
      expect(refsOf(await storage.scanRows('user/a\u0001', 'user0', 2))).toEqual(['user/a-', 'user/ab'])
    })

    it('reads events after a position, in order, up to the limit', async () => {
      const storage = await open(newId.tenant())
      const first = batch(EMPTY, 12)
      await storage.commit(first)
      const page = await storage.readEvents(8, 3)
      expect(page.events.map(({ position }) => position)).toEqual([9, 10, 11])
      expect(page.head).toEqual(after(first))
      expect((await storage.readEvents(12, 3)).events).toEqual([])
    })

    it('gives texts back as they were, whatever they hold', async () => {
      const storage = await open(newId.tenant())
      const value = { text: `\u0000 \u001e \ud800 "'\\ \u{1F600}`, deep: [[{ a: 1e21 }]], 'key\u0000': -0.5, zero: 0 }
      const text = JSON.stringify({ position: 1, value })
      const only = { ...batch(EMPTY, 1, { puts: [row('user/a', value)] }), events: [stored(1, text)] }
      expect(await storage.commit(only)).toBe('committed')
      expect((await storage.readRows(['user/a'])).rows).toEqual([row('user/a', value)])
      expect(JSON.stringify((await storage.readEvents(0, 1)).events[0])).toBe(text)
    })

    it('takes a large batch', async () => {
      const storage = await open(newId.tenant())
      const puts = Array.from({ length: 1_500 }, (_, index) =>
        row(`user/${String(index).padStart(5, '0')}`, 'v'.repeat(500)),
      )
      expect(await storage.commit(batch(EMPTY, 600, { puts }))).toBe('committed')
      expect((await storage.readRows(puts.map(({ ref }) => ref))).rows).toHaveLength(1_500)
      expect((await storage.readEvents(0, 1_000)).events).toHaveLength(600)
    })

    it('removes what has expired and nothing else', async () => {
      const storage = await open(newId.tenant())
      const puts = [
        row('replay/old', 1, { expiresAt: 1_000 }),
        row('replay/new', 1, { expiresAt: 3_000 }),
        row('user/a'),
      ]
      const first = batch(EMPTY, 0, { puts })
      await storage.commit(first)
      expect(await storage.prune(2_000)).toBe(1)
      expect(await storage.prune(2_000)).toBe(0)
      expect(refsOf(await storage.scanRows('', 'z', 10))).toEqual(['replay/new', 'user/a'])
      // Nothing was decided on an expired row: the revision stands.
      expect((await storage.readRows([])).head).toEqual(after(first))
    })

    it('moves the projected position forward and never back', async () => {
      const tenantId = newId.tenant()
      const storage = await open(tenantId)
      await storage.commit(batch(EMPTY, 9))
      await follow(tenantId, 9)
      await storage.saveProjected(5)
      await storage.saveProjected(3)
      expect(await storage.readProjected()).toBe(5)
      await storage.saveProjected(9)
      expect(await storage.readProjected()).toBe(9)
      expect((await storage.readRows([])).head.revision).toBe(1)
    })
  })
}
