import type { Checkpoint, Wanted } from '#domain/ports/projection-store.ts'
import { VIEW_NAMES, VIEWS, type ViewPage } from '#domain/projection/views.ts'
import { Coalescer, oneOfEachTenant, weighing } from './coalescer.ts'
import {
  joinNumbers,
  joinTexts,
  onlyRow,
  splitTexts,
  SqlFault,
  UNFLUSHED,
  type SqlRow,
  type SqlSession,
  type SqlStatement,
} from './sql-session.ts'
import { namedBy, pageOf, storable, writtenRow } from './view-rows.ts'

interface Load {
  readonly tenantId: string
  /** Where the checkpoint must be, if it matters. */
  readonly position?: number
  readonly wanted: Wanted
}

/** Rows that a page of events has changed, and where the checkpoint is before and after it. */
interface Page {
  readonly tenantId: string
  readonly from: Checkpoint
  readonly to: number
  readonly rows: ViewPage
}

type Result = 'committed' | 'conflict'

export interface ProjectionPagesOptions {
  /** Whether what a crash takes from the read models is projected again, so that nobody has to wait for the disk. */
  readonly unflushed: boolean
  /** Whether tenants projected at the same moment share statements. Not in workerd, where a promise belongs to its request. */
  readonly together: boolean
}

/** Most tenants of one statement, and most rows; a page that has more goes alone. */
const MAX_TENANTS = 64
const MAX_ROWS = 2_000

const LOAD = `select tenant, view, data from read_models.load_pages(
  ${splitTexts(1)}, ${splitTexts(2)}, ${splitTexts(3)}, ${splitTexts(4)}, ${splitTexts(5)}, ${splitTexts(6)})`

/** Version of each view, as a JSON object. */
export const VIEW_VERSIONS = JSON.stringify(Object.fromEntries(VIEW_NAMES.map((name) => [name, VIEWS[name].version])))

/** Loads the rows that pages of events change, and writes them. The calls go behind the wall of their tenants by themselves. */
export class ProjectionPages {
  readonly #session: SqlSession
  readonly #project: string
  readonly #loads: Pick<Coalescer<Load, ViewPage | undefined>, 'ask'>
  readonly #commits: Pick<Coalescer<Page, Result>, 'ask'>

  constructor(session: SqlSession, { unflushed, together }: ProjectionPagesOptions) {
    this.#session = session
    this.#project = `select ${unflushed ? `${UNFLUSHED}, ` : ''}
      read_models.project_pages(${splitTexts(1)}, $2::bigint[], $3::bigint[], $4::bigint[], $5::jsonb, $6::jsonb) as moved`
    const gate =
      <Of extends Load | Page>(rows: (of: Of) => number) =>
      () => {
        const [isNew, fits] = [oneOfEachTenant(MAX_TENANTS), weighing(MAX_ROWS, rows)]
        return (of: Of) => isNew(of) && fits(of)
      }
    this.#loads = together
      ? new Coalescer({ send: (loads) => this.#load(loads), gate: gate(({ wanted }) => count(wanted)) })
      : { ask: async (load) => (await this.#load([load]))[0] }
    this.#commits = together
      ? new Coalescer({ send: (pages) => this.#commit(pages), gate: gate(({ rows }) => count(rows)) })
      : { ask: (page) => this.#commitAlone(page) }
  }

  /** The rows wanted; undefined when the checkpoint is not where it must be. */
  load(load: Load): Promise<ViewPage | undefined> {
    return this.#loads.ask(load)
  }

  commit(page: Page): Promise<Result> {
    return this.#commits.ask(page)
  }

  async #load(loads: readonly Load[]): Promise<readonly (ViewPage | undefined)[]> {
    const [rows = []] = await this.#session.transaction('owner', [loadStatement(loads)])
    const found = Map.groupBy(rows, (row) => String(row['tenant']))
    return loads.map(({ tenantId, position }) => {
      const { checkpoint = [], ...views } = Object.groupBy(found.get(tenantId) ?? [], viewOf)
      if (position !== undefined && Number(checkpoint[0]?.['data'] ?? 0) !== position) return undefined
      return pageOf(
        VIEW_NAMES,
        VIEW_NAMES.map((name) => views[name] ?? []),
      )
    })
  }

  async #commit(pages: readonly Page[]): Promise<readonly (Result | Promise<Result>)[]> {
    try {
      const moved = await this.#projected(pages)
      return pages.map(({ tenantId }) => (moved.has(tenantId) ? 'committed' : 'conflict'))
    } catch (fault) {
      if (pages.length === 1 || !(fault instanceof SqlFault)) throw fault
      // What the database cannot hold of one tenant is to stop no other.
      return pages.map((page) => this.#commitAlone(page))
    }
  }

  async #commitAlone(page: Page): Promise<Result> {
    return (await this.#projected([page])).has(page.tenantId) ? 'committed' : 'conflict'
  }

  /** The tenants whose page was written. */
  async #projected(pages: readonly Page[]): Promise<ReadonlySet<string>> {
    const params = [
      joinTexts(pages.map(({ tenantId }) => tenantId)),
      joinNumbers(pages.map(({ from }) => from.position)),
      joinNumbers(pages.map(({ from }) => from.generation)),
      joinNumbers(pages.map(({ to }) => to)),
      VIEW_VERSIONS,
      rowsOf(pages),
    ]
    const [rows] = await this.#session.transaction('owner', [{ text: this.#project, params }])
    return new Set(onlyRow(rows)['moved'] as readonly string[]) // the ids that project_pages returns
  }
}

const count = (views: Wanted | ViewPage): number => VIEW_NAMES.reduce((sum, name) => sum + views[name].length, 0)

const viewOf = (row: SqlRow): string => String(row['view'])

function loadStatement(loads: readonly Load[]): SqlStatement {
  const tenants: string[] = []
  const [rowTenants, views, keys]: [string[], string[], string[]] = [[], [], []]
  const [userTenants, userIds]: [string[], string[]] = [[], []]
  for (const { tenantId, wanted } of loads) {
    tenants.push(tenantId)
    for (const view of VIEW_NAMES) {
      const named = namedBy(wanted[view])
      for (const key of named.keys) {
        rowTenants.push(tenantId)
        views.push(view)
        keys.push(key)
      }
      for (const userId of named.userIds ?? []) {
        userTenants.push(tenantId)
        userIds.push(userId)
      }
    }
  }
  const params = [tenants, rowTenants, views, keys, userTenants, userIds].map((texts) => joinTexts(texts))
  return { text: LOAD, params }
}

/** The rows of all pages, by view, as `project_pages` takes them. */
function rowsOf(pages: readonly Page[]): string {
  const views = VIEW_NAMES.flatMap((name) => {
    const rows = pages.flatMap(({ tenantId, rows: page }) =>
      page[name].map((row) => ({ tenant: tenantId, ...writtenRow(row) })),
    )
    return rows.length === 0 ? [] : [[name, rows] as const]
  })
  return storable(JSON.stringify(Object.fromEntries(views)))
}
