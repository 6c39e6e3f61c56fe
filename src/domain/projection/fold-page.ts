import type { EventEnvelope } from '#common/envelope.ts'
import { isEventType } from '../events/event-registry.ts'
import type { Recorded, RowSelector, ViewRow } from './view.ts'
import { VIEW_NAMES, VIEWS, type AnyView, type ViewName, type ViewPage } from './views.ts'

/** An event that could not be brought to the form reducers see. */
export interface Unreadable {
  readonly envelope: EventEnvelope
  readonly fault: unknown
}

export type PageEvent = Recorded | Unreadable

export const isReadable = (event: PageEvent): event is Recorded => !('fault' in event)

/** The first event of a page that a view could not fold. */
export interface FoldFailure {
  readonly view: ViewName
  readonly envelope: EventEnvelope
  readonly fault: unknown
}

export interface FoldedPage {
  /** The rows that changed; of a view that failed, as they were before the event it failed at. */
  readonly rows: ViewPage
  readonly failures: readonly FoldFailure[]
}

export interface FoldOptions {
  /** Views to fold; default: all. */
  readonly views?: readonly ViewName[]
  /** Whether a view leaves out the event at a position. */
  readonly skips?: (view: ViewName, position: number) => boolean
}

/** Says of each event of a view whether it is one of those that are left out. */
export const skipsIn =
  (skipped: readonly { readonly view: ViewName; readonly position: number }[]): NonNullable<FoldOptions['skips']> =>
  (view, position) =>
    skipped.some((one) => one.view === view && one.position === position)

const viewOf = (name: ViewName): AnyView => VIEWS[name] as unknown as AnyView // events reach only the handler of their own type

const handlerOf = (view: AnyView, recorded: Recorded) => {
  const handler = view.handlers[recorded.event.type]
  return handler === 'ignored' ? undefined : (handler as Exclude<AnyView['handlers']['tenant.created'], 'ignored'>) // as above
}

/** The rows of some views alone. */
export const rowsOf = (rows: ViewPage, takes: (name: ViewName) => boolean): ViewPage =>
  Object.fromEntries(VIEW_NAMES.map((name) => [name, takes(name) ? rows[name] : []])) as unknown as ViewPage // all names

/** Which rows of which views a page of events touches, each named once. */
export function selectorsOf(
  page: readonly PageEvent[],
  { views = VIEW_NAMES }: FoldOptions = {},
): { readonly [Name in ViewName]: readonly RowSelector[] } {
  const selectors = {} as Record<ViewName, RowSelector[]> // filled for every name just below
  for (const name of VIEW_NAMES) {
    const wanted = new Map<string, RowSelector>()
    for (const recorded of views.includes(name) ? page : []) {
      const selector = isReadable(recorded) ? selectorOf(viewOf(name), recorded) : undefined
      if (selector) wanted.set('key' in selector ? `key/${selector.key}` : `user/${selector.userId}`, selector)
    }
    selectors[name] = [...wanted.values()]
  }
  return selectors
}

/** Folding fails at the same event, and tells. */
function selectorOf(view: AnyView, recorded: Recorded): RowSelector | undefined {
  try {
    return handlerOf(view, recorded)?.select(recorded as never)
  } catch {
    return undefined
  }
}

/** Folds a page of events over the rows it touches. Pure. A view that fails at an event keeps no other view from going on. */
export function foldPage(
  loaded: ViewPage,
  page: readonly PageEvent[],
  { views = VIEW_NAMES, skips = () => false }: FoldOptions = {},
): FoldedPage {
  const changed = {} as Record<ViewName, readonly ViewRow[]> // filled for every name just below
  const failures: FoldFailure[] = []
  for (const name of VIEW_NAMES) {
    const events = views.includes(name) ? page.filter(({ envelope }) => !skips(name, envelope.position)) : []
    const { rows, failure } = foldView(viewOf(name), loaded[name], events)
    changed[name] = rows
    if (failure) failures.push({ view: name, ...failure })
  }
  return { rows: changed as unknown as ViewPage, failures } // each view's reducers keep the type of its rows
}

function foldView(view: AnyView, loaded: readonly ViewRow[], page: readonly PageEvent[]) {
  const rows = new Map(loaded.map((row) => [row.key, row]))
  const touched = new Set<string>()
  let failure: Omit<FoldFailure, 'view'> | undefined
  for (const event of page) {
    try {
      for (const row of applied(view, event, rows)) {
        rows.set(row.key, row)
        touched.add(row.key)
      }
    } catch (fault) {
      failure = { envelope: event.envelope, fault }
      break
    }
  }
  return { rows: [...touched].flatMap((key) => rows.get(key) ?? []), failure }
}

/** The rows that an event changes, all of them or, when it throws, none. */
function applied(view: AnyView, event: PageEvent, rows: ReadonlyMap<string, ViewRow>): readonly ViewRow[] {
  if (!isReadable(event)) {
    const { type } = event.envelope
    // What a view ignores it need not understand; of a type unknown here nobody can say that.
    if (isEventType(type) && view.handlers[type] === 'ignored') return []
    throw event.fault
  }
  const handler = handlerOf(view, event)
  if (!handler) return []
  return keysOf(handler.select(event as never), rows).flatMap((key) => {
    const before = rows.get(key)
    const after = handler.reduce(before, event as never)
    return !after || after === before ? [] : [after]
  })
}

function keysOf(selector: RowSelector, rows: ReadonlyMap<string, ViewRow>): readonly string[] {
  if ('key' in selector) return [selector.key]
  return [...rows.values()]
    .filter((row) => (row as { userId?: string }).userId === selector.userId)
    .map((row) => row.key)
}
