import { canonicalJson, type Json } from '#common/json.ts'
import { positionOfView } from '#domain/ports/projection-store.ts'
import { foldPage } from '#domain/projection/fold-page.ts'
import type { ViewRow } from '#domain/projection/view.ts'
import { VIEW_NAMES, type ViewName, type ViewPage } from '#domain/projection/views.ts'
import type { WriterTools } from '#domain/writer/decide-batch.ts'
import { openLog } from '../support/fold-log.ts'
import type { TenantRecords, World } from './world.ts'

const NOTHING: ViewPage = { tenant_details: [], tenant_metrics: [], user_profile: [], auth_sessions: [] }

/** What a tenant's log folds to, each view as far as is said of it, without the events that an operator has had it leave out. */
export function foldTo(
  { log, views }: TenantRecords,
  tools: WriterTools,
  positionOf: (view: ViewName) => number,
): ViewPage {
  const leftOut = new Set(views.skips.map(({ view, position }) => `${view}/${position}`))
  const skips = (view: ViewName, position: number) => position > positionOf(view) || leftOut.has(`${view}/${position}`)
  return foldPage(NOTHING, openLog(log, tools), { skips }).rows
}

/** Members come in any order: read models keep none. */
const textOf = (rows: readonly ViewRow[]): string => canonicalJson(rows as unknown as Json) // every row is JSON

/** The rows of every view are a fold of the log, as far as it has followed. */
export async function checkViews(world: World, tenant: TenantRecords, names = VIEW_NAMES): Promise<void> {
  const { views } = tenant
  const state = await views.state()
  const folded = foldTo(tenant, world.tools(0, 0), (view) => positionOfView(state, view))
  for (const name of names) {
    const expected = textOf(folded[name].toSorted((one, other) => (one.key < other.key ? -1 : 1)))
    const found = textOf(views.rows(name))
    if (found !== expected) world.violated('views = fold of the log', `${name}: ${found} instead of ${expected}`)
  }
}
