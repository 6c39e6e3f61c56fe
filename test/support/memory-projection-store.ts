import type { ProjectionStore } from '#domain/ports/read-models.ts'
import type { RowSelector, ViewRow } from '#domain/projection/view.ts'
import { VIEW_NAMES, type ViewName, type ViewPage } from '#domain/projection/views.ts'

/** One tenant's read models in memory, with the guarded checkpoint of the real ones. */
export class MemoryProjectionStore implements ProjectionStore {
  readonly #tables = new Map<ViewName, Map<string, ViewRow>>(VIEW_NAMES.map((name) => [name, new Map()]))
  #position = 0
  /** Awaited before each commit: lets a test have another projector get in between. */
  beforeCommit: () => Promise<void> = () => Promise.resolve()

  async checkpoint(): Promise<number> {
    return this.#position
  }

  async load(_tenantId: string, wanted: { readonly [Name in ViewName]: readonly RowSelector[] }): Promise<ViewPage> {
    const page = Object.fromEntries(
      VIEW_NAMES.map((name) => [name, this.rows(name).filter((row) => wanted[name].some((one) => matches(row, one)))]),
    )
    return page as unknown as ViewPage // each table holds the rows of its own view
  }

  async commit(_tenantId: string, from: number, to: number, rows: ViewPage): Promise<'committed' | 'conflict'> {
    await this.beforeCommit()
    if (this.#position !== from) return 'conflict'
    this.#position = to
    for (const name of VIEW_NAMES) for (const row of rows[name]) this.#tables.get(name)?.set(row.key, row)
    return 'committed'
  }

  rows(name: ViewName): readonly ViewRow[] {
    return [...(this.#tables.get(name)?.values() ?? [])].toSorted((a, b) => (a.key < b.key ? -1 : 1))
  }
}

const matches = (row: ViewRow, selector: RowSelector) =>
  'key' in selector ? row.key === selector.key : (row as { readonly userId?: string }).userId === selector.userId
