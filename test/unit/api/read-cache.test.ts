import { describe, expect, it } from 'vitest'
import { ReadCache, type ReadQuestion } from '#api/read-cache.ts'
import { READ_MODEL_LIFETIME } from '#domain/caching/lifetime.ts'
import type { Cache } from '#domain/ports/cache.ts'
import { VIEWS } from '#domain/projection/views.ts'

const VERSION = VIEWS.user_profile.version

const hashAt = (position: number, log = 'a') => `${log}${String(position).padStart(63, '0')}`
const headAt = (position: number, log?: string) => ({ position, hash: hashAt(position, log) })

const asking = (changes: Partial<ReadQuestion> & { readonly at?: number } = {}): ReadQuestion => ({
  tenantId: 'ten_1',
  head: headAt(changes.at ?? 10),
  required: 0,
  view: 'user_profile',
  what: 'usr_1',
  ...changes,
})

interface Row {
  readonly position: number
  readonly viewVersion?: number
  readonly row?: string
}

/** A cache that keeps everything, and read models that hold this row at this position. */
function scene({ waitTogether = true, position = 10, viewVersion = VERSION } = {}) {
  const kept = new Map<string, { readonly text: string; readonly lifetime: number }>()
  const cache: Cache = {
    get: async (key) => kept.get(key)?.text,
    put: async (key, text, lifetime) => void kept.set(key, { text, lifetime }),
    ping: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
  const background: Promise<void>[] = []
  const looks: boolean[] = []
  let loads = 0
  let row: Row = { position, viewVersion, row: `row at ${position}` }
  const readCache = new ReadCache({
    cache,
    waitTogether,
    inBackground: (work) => void background.push(work),
    metrics: { cached: (_, found) => void looks.push(found) },
  })
  return {
    readCache,
    kept,
    looks,
    settled: () => Promise.all(background),
    loads: () => loads,
    become: (next: Row) => void (row = next),
    async load(): Promise<Row> {
      loads++
      await Promise.resolve()
      return row
    },
  }
}

describe('ReadCache', () => {
  it('keeps what has followed the log to its end, for a quarter of an hour', async () => {
    const { readCache, load, loads, kept, settled, looks } = scene()
    const first = await readCache.read(asking(), load)
    await settled()
    expect(await readCache.read(asking(), load)).toEqual(first)
    expect(loads()).toBe(1)
    expect([...kept.values()].map(({ lifetime }) => lifetime)).toEqual([READ_MODEL_LIFETIME])
    expect(looks).toEqual([false, true])
  })

  it.each([
    ['another tenant', { tenantId: 'ten_2' }],
    ['another row', { what: 'usr_2' }],
    ['another view', { view: 'tenant_details' }],
    ['a log that has gone on', { at: 11 }],
    ['a log of another history, as after a backup was restored', { head: headAt(10, 'b') }],
  ] as const)('gives nothing to who asks for %s', async (_, changes) => {
    const { readCache, load, loads, settled } = scene()
    await readCache.read(asking(), load)
    await settled()
    await readCache.read(asking(changes), load)
    expect(loads()).toBe(2)
  })

  it.each([
    ['has not followed to the end of the log', { position: 9, viewVersion: VERSION, row: 'late' }],
    ['has followed further than the end that was told', { position: 11, viewVersion: VERSION, row: 'early' }],
    ['is not there', { position: 10, viewVersion: VERSION }],
    ['was made by another version of the view', { position: 10, viewVersion: VERSION + 1, row: 'old' }],
  ])('does not keep what %s', async (_, row) => {
    const { readCache, load, kept, become } = scene()
    become(row)
    expect(await readCache.read(asking(), load)).toEqual(row)
    expect(kept.size).toBe(0)
  })

  it('is passed by where the request has seen more than its session', async () => {
    const { readCache, load, loads, settled } = scene()
    await readCache.read(asking(), load)
    await settled()
    await readCache.read(asking({ required: 11 }), load)
    expect(loads()).toBe(2)
    await readCache.read(asking({ required: 10 }), load)
    expect(loads()).toBe(2)
  })

  it('is passed by where the process has seen more: a write, another session’s end of the log, a row that is further', async () => {
    for (const see of [
      async ({ readCache }: ReturnType<typeof scene>) => readCache.saw('ten_1', 11),
      async ({ readCache, load }: ReturnType<typeof scene>) => void (await readCache.read(asking({ at: 11 }), load)),
      async ({ readCache, load, become }: ReturnType<typeof scene>) => {
        become({ position: 11, viewVersion: VERSION, row: 'further' })
        await readCache.read(asking({ what: 'usr_2' }), load)
      },
    ]) {
      const all = scene()
      const { readCache, load, loads, settled } = all
      await readCache.read(asking(), load)
      await settled()
      await see(all)
      readCache.saw('ten_1', 5)
      const before = loads()
      await readCache.read(asking(), load)
      expect(loads()).toBe(before + 1)
    }
  })

  it('loads once for all who ask at the same time, where they may wait together', async () => {
    const { readCache, load, loads } = scene()
    const answers = await Promise.all(Array.from({ length: 100 }, () => readCache.read(asking(), load)))
    expect(new Set(answers.map(({ row }) => row))).toEqual(new Set(['row at 10']))
    expect(loads()).toBe(1)
  })

  it('loads for each where they may not', async () => {
    const { readCache, load, loads } = scene({ waitTogether: false })
    await Promise.all(Array.from({ length: 5 }, () => readCache.read(asking(), load)))
    expect(loads()).toBe(5)
  })

  it('gives nobody who has seen more what was loaded for somebody who had seen less', async () => {
    const { readCache, load, loads, become } = scene({ position: 8 })
    const [first, second] = [readCache.read(asking(), load), readCache.read(asking({ required: 9 }), load)]
    expect((await first).position).toBe(8)
    become({ position: 10, viewVersion: VERSION, row: 'followed' })
    expect((await second).position).toBe(10)
    expect(loads()).toBe(2)
  })

  it('tells all who wait together of a fault, and asks anew after it', async () => {
    const { readCache, load } = scene()
    const fails = () => Promise.reject(new Error('away'))
    const both = [readCache.read(asking(), fails), readCache.read(asking(), load)]
    for (const { status } of await Promise.allSettled(both)) expect(status).toBe('rejected')
    expect(await readCache.read(asking(), load)).toMatchObject({ row: 'row at 10' })
  })

  it('takes a text that is none of its own for none', async () => {
    const { readCache, load, kept, settled, loads } = scene()
    await readCache.read(asking(), load)
    await settled()
    for (const [key, entry] of kept) kept.set(key, { ...entry, text: '{"row":' })
    expect(await readCache.read(asking(), load)).toMatchObject({ row: 'row at 10' })
    expect(loads()).toBe(2)
  })
})
