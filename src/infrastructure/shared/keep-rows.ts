import type { Clock } from '#domain/ports/clock.ts'
import type { Checkpoint, ProjectionStore, Wanted } from '#domain/ports/projection-store.ts'
import type { RowSelector, ViewRow } from '#domain/projection/view.ts'
import { VIEW_NAMES, type ViewName, type ViewPage } from '#domain/projection/views.ts'
import { ShortMemory } from '#infrastructure/shared/short-memory.ts'

interface Recent extends Checkpoint {
  /** By view and key; null: there is no such row. */
  readonly rows: Map<string, ViewRow | null>
}

/** Rows kept, of all tenants: about 1 kB each. */
const MAX_ROWS = 20_000

/**
 * A store that keeps the rows it has written with a tenant's checkpoint: the tenant's next page is folded over them, and need
 * not load them again. They hold while the checkpoint is the same one; whether it is, the commit of that page finds out.
 * @param capacity rows, of all tenants
 */
export function keepRows(store: ProjectionStore, clock: Clock, capacity = MAX_ROWS): ProjectionStore {
  const kept = new KeptRows(clock, capacity)
  return {
    state: (tenantId) => store.state(tenantId),
    load: (tenantId, wanted) => store.load(tenantId, wanted),
    async loadAt(tenantId, from, wanted) {
      const found = kept.find(tenantId, from, wanted)
      if (!found) return store.loadAt(tenantId, from, wanted)
      const { rows, missing } = found
      if (VIEW_NAMES.every((name) => missing[name].length === 0)) return rows
      const loaded = await store.loadAt(tenantId, from, missing)
      if (!loaded) return undefined
      kept.learn(tenantId, from, missing, loaded)
      return bothOf(rows, loaded)
    },
    async commit(tenantId, from, to, rows, halts = []) {
      // Until it is known what has become of it, nothing is known of the rows.
      const before = kept.take(tenantId, from)
      const result = await store.commit(tenantId, from, to, rows, halts)
      if (result === 'committed' && halts.length === 0)
        kept.keep(tenantId, { position: to, generation: from.generation }, before, rows)
      return result
    },
    halts: (tenantId) => store.halts(tenantId),
    skipped: (tenantId) => store.skipped(tenantId),
    skip: (tenantId, skipped) => store.skip(tenantId, skipped),
    catchUp: (tenantId, followed, rows, halt) => store.catchUp(tenantId, followed, rows, halt),
  }
}

class KeptRows {
  readonly #memory: ShortMemory<Recent>

  constructor(clock: Clock, capacity: number) {
    this.#memory = new ShortMemory(clock, capacity)
  }

  /** What is kept of the rows wanted, and what must be loaded; undefined where nothing is known at this checkpoint. */
  find(
    tenantId: string,
    at: Checkpoint,
    wanted: Wanted,
  ): { readonly rows: ViewPage; readonly missing: Wanted } | undefined {
    const recent = this.#at(tenantId, at)
    if (!recent) return undefined
    const rows = {} as Record<ViewName, ViewRow[]> // filled for every name just below
    const missing = {} as Record<ViewName, RowSelector[]> // likewise
    for (const view of VIEW_NAMES) {
      rows[view] = []
      missing[view] = []
      for (const selector of wanted[view]) {
        // Nobody knows all rows of a user.
        const known = 'key' in selector ? recent.rows.get(refOf(view, selector.key)) : undefined
        if (known) rows[view].push(known)
        else if (known === undefined) missing[view].push(selector)
      }
    }
    return { rows: rows as unknown as ViewPage, missing } // each view's rows are its own
  }

  /** Takes up what has been loaded where something is known already. */
  learn(tenantId: string, at: Checkpoint, wanted: Wanted, loaded: ViewPage): void {
    const recent = this.#at(tenantId, at)
    if (!recent) return
    for (const view of VIEW_NAMES)
      for (const selector of wanted[view]) if ('key' in selector) recent.rows.set(refOf(view, selector.key), null)
    setRows(recent.rows, loaded)
    this.#memory.resize(tenantId, recent.rows.size)
  }

  /** What is known at a checkpoint, and from then on is not. */
  take(tenantId: string, at: Checkpoint): Recent['rows'] {
    const rows = this.#at(tenantId, at)?.rows ?? new Map<string, ViewRow | null>()
    this.#memory.delete(tenantId)
    return rows
  }

  /** @param changed what has been written over `rows` with this checkpoint */
  keep(tenantId: string, { position, generation }: Checkpoint, rows: Recent['rows'], changed: ViewPage): void {
    setRows(rows, changed)
    this.#memory.set(tenantId, { position, generation, rows }, rows.size)
  }

  /** What was known at another checkpoint is of no use any more. */
  #at(tenantId: string, { position, generation }: Checkpoint): Recent | undefined {
    const recent = this.#memory.get(tenantId)
    if (recent?.position === position && recent.generation === generation) return recent
    this.#memory.delete(tenantId)
    return undefined
  }
}

function setRows(rows: Recent['rows'], page: ViewPage): void {
  for (const view of VIEW_NAMES) for (const row of page[view]) rows.set(refOf(view, row.key), row)
}

const refOf = (view: ViewName, key: string): string => `${view}/${key}`

/** Rows of a user may be among them twice. */
const bothOf = (some: ViewPage, others: ViewPage): ViewPage =>
  Object.fromEntries(
    VIEW_NAMES.map((name) => {
      const loaded = new Set(others[name].map(({ key }) => key))
      return [name, [...some[name].filter(({ key }) => !loaded.has(key)), ...others[name]]]
    }),
  ) as unknown as ViewPage // name by name
