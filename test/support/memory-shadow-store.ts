import type { ShadowOptions, ShadowStore } from '#domain/ports/projection-store.ts'
import { RebuildUnderWay, SkippedMeanwhile } from '#domain/projection/shadow-rows.ts'
import { VIEW_NAMES, type ViewName, type ViewPage } from '#domain/projection/views.ts'
import { MemoryProjectionStore } from './memory-projection-store.ts'

const inOrder = (skipped: NonNullable<ShadowOptions['skipped']>, views: readonly ViewName[]) =>
  JSON.stringify(
    skipped
      .filter(({ view }) => views.includes(view))
      .map(({ view, position }) => `${view} ${position}`)
      .toSorted(),
  )

/** A rebuild under way. */
interface Shadow {
  readonly kind: string
  readonly skipped: string
  readonly views: readonly ViewName[]
  readonly rows: MemoryProjectionStore
}

/** The rebuild of one tenant in memory, beside its live read models: there is one at a time. */
export class MemoryShadows {
  readonly #live: MemoryProjectionStore
  #shadow: Shadow | undefined

  constructor(live: MemoryProjectionStore) {
    this.#live = live
  }

  /** What one process rebuilds with. */
  store(): ShadowStore {
    let mine = ''
    const own = () => (this.#shadow?.kind === mine ? this.#shadow : undefined)
    return {
      open: async (_tenantId, views, { withoutKeys = false, skipped = [] } = {}) => {
        const leftOut = inOrder(skipped, views)
        mine = JSON.stringify([views, withoutKeys, leftOut])
        this.#shadow = own() ?? { kind: mine, skipped: leftOut, views, rows: new MemoryProjectionStore() }
        return this.#shadow.rows.position
      },
      load: async (tenantId, wanted) => {
        const shadow = own()
        if (!shadow) throw new RebuildUnderWay()
        return shadow.rows.load(tenantId, wanted)
      },
      commit: async (tenantId: string, from: number, to: number, rows: ViewPage) => {
        const result = await own()?.rows.commit(tenantId, { position: from, generation: 0 }, to, rows)
        return result === 'committed' ? result : 'conflict'
      },
      swap: async () => {
        const shadow = own()
        if (!shadow) throw new RebuildUnderWay()
        return this.#swap(shadow)
      },
    }
  }

  #swap({ views, rows, skipped }: Shadow): { readonly [Name in ViewName]?: boolean } | undefined {
    if (inOrder(this.#live.skips, views) !== skipped) throw new SkippedMeanwhile()
    if (rows.position < this.#live.position) return undefined
    if (rows.position > this.#live.position && views.length < VIEW_NAMES.length)
      throw new Error('the shadow is ahead of the log it was built from')
    this.#shadow = undefined
    return this.#live.replace(rows.position, new Map(views.map((name) => [name, rows.rows(name)])))
  }
}
