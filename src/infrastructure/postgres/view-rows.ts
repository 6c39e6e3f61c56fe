import type { RowSelector, ViewRow } from '#domain/projection/view.ts'
import { VIEW_NAMES, type ViewName, type ViewPage } from '#domain/projection/views.ts'
import type { SqlRow } from './sql-session.ts'

/** Keys and user ids that selectors name. */
export interface NamedRows {
  readonly keys: readonly string[]
  readonly userIds?: readonly string[]
}

export function namedBy(selectors: readonly RowSelector[]): NamedRows {
  const keys = selectors.flatMap((selector) => ('key' in selector ? [selector.key] : []))
  const userIds = selectors.flatMap((selector) => ('userId' in selector ? [selector.userId] : []))
  return { keys, ...(userIds.length > 0 && { userIds }) }
}

/** The page of the rows found, by the names of the views they were asked of. */
export function pageOf(names: readonly ViewName[], results: readonly (readonly SqlRow[])[]): ViewPage {
  const page = Object.fromEntries(
    VIEW_NAMES.map((name) => [name, (results[names.indexOf(name)] ?? []).map((row) => row['data'] as ViewRow)]),
  )
  return page as unknown as ViewPage // each table holds rows of its own view only
}

/** A row as it is written: the document, and what a list can be searched by. */
export const writtenRow = (doc: ViewRow) => ({ doc, search: searchText(doc) })

/** Rows of one view of one tenant, as they are written. */
export const written = (rows: readonly ViewRow[]): string =>
  storable(JSON.stringify(rows.map((row) => writtenRow(row))))

/** What a list can be searched by, in lower case. */
function searchText(
  row: ViewRow & { readonly name?: string; readonly email?: string; readonly displayName?: string },
): string {
  return [row.name, row.email, row.displayName]
    .flatMap((text) => (text === undefined ? [] : [text.toLowerCase()]))
    .join('\n')
}

/** JSON with what `jsonb` cannot hold (NUL, halves of surrogate pairs) shown as U+FFFD; the log keeps it as it was. */
export const storable = (json: string): string =>
  json.replaceAll(/\\(?:\\|u0000|ud[89a-f][0-9a-f]{2})/g, (escape) => (escape === '\\\\' ? escape : '\\ufffd'))
