import type { ShadowStore, Wanted } from '../ports/projection-store.ts'
import type { RowSelector, ViewRow } from './view.ts'
import { VIEW_NAMES, type ViewName, type ViewPage } from './views.ts'

/** Changed rows, and milliseconds, after which they are written. */
const MOST_CHANGED = 5_000
const LONGEST = 2_000
/** Rows kept in memory, changed or not. */
const MOST_KEPT = 50_000

/** Somebody else has moved the shadow, or begun another one. */
export class RebuildUnderWay extends Error {
  override readonly name = 'RebuildUnderWay'

  constructor(message = 'another rebuild of the tenant is under way') {
    super(message)
  }
}

/** An operator has had a view leave out an event that is in the shadow, or the other way round. */
export class SkippedMeanwhile extends Error {
  override readonly name = 'SkippedMeanwhile'

  constructor(message = 'views leave out other events by now') {
    super(message)
  }
}

const isKey = (selector: RowSelector) => 'key' in selector

const emptyTables = <Table>(make: () => Table): ReadonlyMap<ViewName, Table> =>
  new Map(VIEW_NAMES.map((name) => [name, make()]))

/**
 * The rows a rebuild works on: kept from page to page and written many pages at a time, while the next pages are folded. An
 * interrupted rebuild so goes on from where it has written last.
 */
export class ShadowRows {
  readonly #tenantId: string
  readonly #shadow: ShadowStore
  /** Rows as they are now; undefined where there is none. */
  readonly #kept = emptyTables(() => new Map<string, ViewRow | undefined>())
  readonly #changed = emptyTables(() => new Set<string>())
  /** Position of what has been given to the store, and of what has been put here. */
  #written: number
  #reached: number
  #writing: Promise<void> = Promise.resolve()
  readonly #now: () => number
  #writtenAt: number

  constructor(tenantId: string, shadow: ShadowStore, position: number, now = () => performance.now()) {
    this.#tenantId = tenantId
    this.#shadow = shadow
    this.#written = position
    this.#reached = position
    this.#now = now
    this.#writtenAt = now()
  }

  async load(wanted: Wanted): Promise<ViewPage> {
    // Which rows a user has, the store alone knows.
    if (VIEW_NAMES.some((name) => !wanted[name].every((one) => isKey(one)))) await this.flush()
    const missing = VIEW_NAMES.map(
      (name) => [name, wanted[name].filter((one) => !('key' in one && this.#table(name).has(one.key)))] as const,
    )
    if (missing.some(([, selectors]) => selectors.length > 0)) {
      const loaded = await this.#shadow.load(this.#tenantId, Object.fromEntries(missing) as unknown as Wanted) // all names
      for (const [name, selectors] of missing) {
        for (const one of selectors) if ('key' in one) this.#table(name).set(one.key, undefined)
        for (const row of loaded[name]) this.#table(name).set(row.key, row)
      }
    }
    const page = VIEW_NAMES.map((name) => [name, this.#found(name, wanted[name])] as const)
    return Object.fromEntries(page) as unknown as ViewPage // each table holds the rows of its own view
  }

  /** Takes the rows that a page up to this position has changed, and begins to write when there is much to write. */
  async put(position: number, rows: ViewPage): Promise<void> {
    let changed = 0
    for (const name of VIEW_NAMES) {
      for (const row of rows[name]) {
        this.#table(name).set(row.key, row)
        this.#changed.get(name)?.add(row.key)
      }
      changed += this.#changed.get(name)?.size ?? 0
    }
    this.#reached = position
    if (changed >= MOST_CHANGED || this.#now() - this.#writtenAt >= LONGEST) await this.#write()
  }

  /** Writes all there is to write. @throws {RebuildUnderWay} */
  async flush(): Promise<void> {
    await this.#write()
    await this.#writing
  }

  /** Begins to write, once what is being written is. */
  async #write(): Promise<void> {
    await this.#writing
    const [from, to] = [this.#written, this.#reached]
    if (from === to) return
    const rows = VIEW_NAMES.map((name) => {
      const keys = [...(this.#changed.get(name) ?? [])]
      this.#changed.get(name)?.clear()
      return [name, keys.flatMap((key) => this.#table(name).get(key) ?? [])] as const
    })
    this.#written = to
    this.#writtenAt = this.#now()
    this.#writing = this.#commit(from, to, Object.fromEntries(rows) as unknown as ViewPage) // as above
    // Whoever writes next is told.
    this.#writing.catch(() => undefined)
    if ([...this.#kept.values()].reduce((sum, table) => sum + table.size, 0) <= MOST_KEPT) return
    await this.#writing
    for (const table of this.#kept.values()) table.clear()
  }

  async #commit(from: number, to: number, rows: ViewPage): Promise<void> {
    if ((await this.#shadow.commit(this.#tenantId, from, to, rows)) === 'conflict') throw new RebuildUnderWay()
  }

  #table(name: ViewName): Map<string, ViewRow | undefined> {
    return this.#kept.get(name) ?? new Map()
  }

  #found(name: ViewName, selectors: readonly RowSelector[]): readonly ViewRow[] {
    const table = this.#table(name)
    if (selectors.every((one) => isKey(one)))
      return selectors.flatMap((one) => ('key' in one ? (table.get(one.key) ?? []) : []))
    const keys = new Set(selectors.map((one) => ('key' in one ? one.key : '')))
    const users = new Set(selectors.map((one) => ('userId' in one ? one.userId : '')))
    return [...table.values()].filter(
      (row) => row && (keys.has(row.key) || users.has((row as { userId?: string }).userId ?? '')),
    ) as readonly ViewRow[] // those that are there
  }
}
