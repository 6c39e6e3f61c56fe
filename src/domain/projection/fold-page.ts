import type { Recorded, RowSelector, ViewRow } from './view.ts'
import { VIEW_NAMES, VIEWS, type AnyView, type ViewName, type ViewPage } from './views.ts'

const viewOf = (name: ViewName): AnyView => VIEWS[name] as unknown as AnyView // events reach only the handler of their own type

const handlerOf = (view: AnyView, recorded: Recorded) => {
  const handler = view.handlers[recorded.event.type]
  return handler === 'ignored' ? undefined : (handler as Exclude<AnyView['handlers']['tenant.created'], 'ignored'>) // as above
}

/** Which rows of which views a page of events touches, each named once. */
export function selectorsOf(page: readonly Recorded[]): { readonly [Name in ViewName]: readonly RowSelector[] } {
  const selectors = {} as Record<ViewName, RowSelector[]> // filled for every name just below
  for (const name of VIEW_NAMES) {
    const wanted = new Map<string, RowSelector>()
    for (const recorded of page) {
      const selector = handlerOf(viewOf(name), recorded)?.select(recorded as never)
      if (selector) wanted.set('key' in selector ? `key/${selector.key}` : `user/${selector.userId}`, selector)
    }
    selectors[name] = [...wanted.values()]
  }
  return selectors
}

/** Folds a page of events over the rows it touches; gives back the rows that changed. Pure. */
export function foldPage(loaded: ViewPage, page: readonly Recorded[]): ViewPage {
  const changed = {} as Record<ViewName, readonly ViewRow[]> // filled for every name just below
  for (const name of VIEW_NAMES) changed[name] = foldView(viewOf(name), loaded[name], page)
  return changed as unknown as ViewPage // each view's reducers keep the type of its rows
}

function foldView(view: AnyView, loaded: readonly ViewRow[], page: readonly Recorded[]): readonly ViewRow[] {
  const rows = new Map(loaded.map((row) => [row.key, row]))
  const touched = new Set<string>()
  for (const recorded of page) {
    const handler = handlerOf(view, recorded)
    if (!handler) continue
    const selector = handler.select(recorded as never)
    for (const key of keysOf(selector, rows)) {
      const before = rows.get(key)
      const after = handler.reduce(before, recorded as never)
      if (!after || after === before) continue
      rows.set(key, after)
      touched.add(key)
    }
  }
  return [...touched].flatMap((key) => rows.get(key) ?? [])
}

function keysOf(selector: RowSelector, rows: ReadonlyMap<string, ViewRow>): readonly string[] {
  if ('key' in selector) return [selector.key]
  return [...rows.values()]
    .filter((row) => (row as { userId?: string }).userId === selector.userId)
    .map((row) => row.key)
}
