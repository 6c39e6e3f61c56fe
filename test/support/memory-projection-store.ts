import type {
  CatchUp,
  Checkpoint,
  Followed,
  Halt,
  ProjectionState,
  ProjectionStore,
  Refused,
  SkippedEvent,
  Wanted,
} from '#domain/ports/projection-store.ts'
import { CURRENT_VERSIONS, type ViewVersions } from '#domain/projection/view-versions.ts'
import type { RowSelector, ViewRow } from '#domain/projection/view.ts'
import { VIEW_NAMES, VIEWS, type ViewName, type ViewPage } from '#domain/projection/views.ts'

/** One tenant's read models in memory, with the guarded checkpoint of the real ones. */
export class MemoryProjectionStore implements ProjectionStore {
  readonly #tables = new Map<ViewName, Map<string, ViewRow>>(VIEW_NAMES.map((name) => [name, new Map()]))
  readonly #halts = new Map<ViewName, Halt>()
  readonly skips: SkippedEvent[] = []
  /** Those that have made the rows. */
  versions: ViewVersions = CURRENT_VERSIONS
  #position = 0
  #generation = 0
  /** Awaited before each commit: lets a test have another projector get in between. */
  beforeCommit: () => Promise<void> = () => Promise.resolve()
  /** Says which rows it does not take. */
  refuses: (view: ViewName, row: ViewRow) => boolean = () => false

  get position(): number {
    return this.#position
  }

  /** Whether no view stands still. */
  get isFollowing(): boolean {
    return this.#halts.size === 0
  }

  async state(): Promise<ProjectionState> {
    const halted = [...this.#halts.values()].map(({ view, position }) => ({ view, position }))
    return { position: this.#position, generation: this.#generation, halted, versions: this.versions }
  }

  async load(_tenantId: string, wanted: Wanted): Promise<ViewPage> {
    const page = Object.fromEntries(
      VIEW_NAMES.map((name) => [name, this.rows(name).filter((row) => wanted[name].some((one) => matches(row, one)))]),
    )
    return page as unknown as ViewPage // each table holds the rows of its own view
  }

  async loadAt(tenantId: string, { position }: Checkpoint, wanted: Wanted): Promise<ViewPage | undefined> {
    return this.#position === position ? this.load(tenantId, wanted) : undefined
  }

  async commit(_tenantId: string, from: Checkpoint, to: number, rows: ViewPage, halts: readonly Halt[] = []) {
    await this.beforeCommit()
    if (this.#position !== from.position || this.#generation !== from.generation) return 'conflict'
    if (this.#refuses(rows)) return REFUSED
    this.#position = to
    this.#write(rows)
    for (const halt of halts) this.#halts.set(halt.view, halt)
    return 'committed'
  }

  async halts(): Promise<readonly Halt[]> {
    return [...this.#halts.values()]
  }

  async skipped(): Promise<readonly SkippedEvent[]> {
    return this.skips
  }

  async skip(_tenantId: string, skipped: SkippedEvent): Promise<boolean> {
    if (this.#halts.get(skipped.view)?.position !== skipped.position) return false
    const isSame = ({ view, position }: SkippedEvent) => view === skipped.view && position === skipped.position
    if (!this.skips.some((one) => isSame(one))) this.skips.push(skipped)
    return true
  }

  async catchUp(
    _tenantId: string,
    { view, from, to, leftOut }: Followed,
    rows: ViewPage,
    again?: Halt,
  ): Promise<CatchUp | Refused> {
    const halt = this.#halts.get(view)
    const isSkipped = this.skips.some((one) => one.view === view && one.position === from + 1)
    if (halt?.position !== from + 1 || to > this.#position || leftOut !== isSkipped) return 'conflict'
    if (this.#refuses(rows)) return REFUSED
    this.#write(rows)
    if (to >= this.#position) {
      this.#halts.delete(view)
      this.#generation++
      return 'done'
    }
    this.#halts.set(view, again ?? { ...halt, position: to + 1 })
    return 'committed'
  }

  /** Everything as it is now; the function returned brings it back. */
  snapshot(): () => void {
    const position = this.#position
    const tables = [...this.#tables].map(([name, rows]) => [name, new Map(rows)] as const)
    const halts = [...this.#halts.values()]
    return () => {
      this.#position = position
      for (const [name, rows] of tables) this.#tables.set(name, new Map(rows))
      this.#halts.clear()
      for (const halt of halts) this.#halts.set(halt.view, halt)
    }
  }

  /** What the swap of a shadow does: these views have these rows and follow. Says of each whether its rows were others. */
  replace(
    position: number,
    rebuilt: ReadonlyMap<ViewName, readonly ViewRow[]>,
  ): { readonly [Name in ViewName]?: boolean } {
    this.#position = position
    this.#generation++
    const changed = [...rebuilt].map(([name, rows]) => {
      const isOther = JSON.stringify(this.rows(name)) !== JSON.stringify(rows)
      this.#tables.set(name, new Map(rows.map((row) => [row.key, row])))
      this.#halts.delete(name)
      this.versions = { ...this.versions, [name]: VIEWS[name].version }
      return [name, isOther] as const
    })
    return Object.fromEntries(changed)
  }

  /** Puts a row in the place of another one, as nobody should. */
  damage(name: ViewName, row: ViewRow): void {
    this.#tables.get(name)?.set(row.key, row)
  }

  rows(name: ViewName): readonly ViewRow[] {
    return [...(this.#tables.get(name)?.values() ?? [])].toSorted((a, b) => (a.key < b.key ? -1 : 1))
  }

  #refuses(rows: ViewPage): boolean {
    return VIEW_NAMES.some((name) => rows[name].some((row) => this.refuses(name, row)))
  }

  #write(rows: ViewPage): void {
    for (const name of VIEW_NAMES) for (const row of rows[name]) this.#tables.get(name)?.set(row.key, row)
  }
}

const REFUSED: Refused = { refused: 'it is too long' }

const matches = (row: ViewRow, selector: RowSelector) =>
  'key' in selector ? row.key === selector.key : (row as { readonly userId?: string }).userId === selector.userId
