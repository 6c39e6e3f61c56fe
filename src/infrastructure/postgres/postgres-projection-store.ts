import type { ProjectionStore } from '#domain/ports/read-models.ts'
import type { RowSelector, ViewRow } from '#domain/projection/view.ts'
import { VIEW_NAMES, type ViewName, type ViewPage } from '#domain/projection/views.ts'
import { sqlState, type SqlSession, type SqlStatement } from './sql-session.ts'

/** Raised by `read_models.advance` when another projector has moved the checkpoint. */
const CHECKPOINT_MOVED = 'AC001'

/** The projector's side of the schema `read_models`. View names are table names. */
export class PostgresProjectionStore implements ProjectionStore {
  readonly #session: SqlSession

  constructor(session: SqlSession) {
    this.#session = session
  }

  async checkpoint(tenantId: string): Promise<number> {
    const [rows] = await this.#session.transaction({ tenantId }, [
      { text: 'select position from read_models.checkpoint where tenant_id = $1', params: [tenantId] },
    ])
    return Number(rows?.[0]?.['position'] ?? 0)
  }

  async load(tenantId: string, wanted: { readonly [Name in ViewName]: readonly RowSelector[] }): Promise<ViewPage> {
    const names = VIEW_NAMES.filter((name) => wanted[name].length > 0)
    const results =
      names.length === 0
        ? []
        : await this.#session.transaction(
            { tenantId },
            names.map((name) => selectRows(name, tenantId, wanted[name])),
          )
    const page = Object.fromEntries(
      VIEW_NAMES.map((name) => [name, (results[names.indexOf(name)] ?? []).map((row) => row['data'] as ViewRow)]),
    )
    return page as unknown as ViewPage // each table holds rows of its own view only, written below
  }

  async commit(tenantId: string, from: number, to: number, rows: ViewPage): Promise<'committed' | 'conflict'> {
    const upserts = VIEW_NAMES.filter((name) => rows[name].length > 0).map((name) =>
      upsertRows(name, tenantId, rows[name]),
    )
    const advance = { text: 'select read_models.advance($1, $2, $3)', params: [tenantId, from, to] }
    try {
      await this.#session.transaction({ tenantId }, [advance, ...upserts])
      return 'committed'
    } catch (fault) {
      if (sqlState(fault) === CHECKPOINT_MOVED) return 'conflict'
      throw fault
    }
  }
}

function selectRows(name: ViewName, tenantId: string, selectors: readonly RowSelector[]): SqlStatement {
  const keys = selectors.flatMap((selector) => ('key' in selector ? [selector.key] : []))
  const userIds = selectors.flatMap((selector) => ('userId' in selector ? [selector.userId] : []))
  const ofUsers = userIds.length > 0 ? 'or user_id = any(array(select jsonb_array_elements_text($3::jsonb)))' : ''
  return {
    text: `select data from read_models.${name}
           where tenant_id = $1 and (key = any(array(select jsonb_array_elements_text($2::jsonb))) ${ofUsers})`,
    params: [tenantId, JSON.stringify(keys), ...(userIds.length > 0 ? [JSON.stringify(userIds)] : [])],
  }
}

const upsertRows = (name: ViewName, tenantId: string, rows: readonly ViewRow[]): SqlStatement => ({
  text: `insert into read_models.${name} (tenant_id, key, position, data, search)
         select $1, doc ->> 'key', (doc ->> 'position')::bigint, doc, search
         from jsonb_to_recordset($2::jsonb) as given (doc jsonb, search text)
         on conflict (tenant_id, key) do update
         set position = excluded.position, data = excluded.data, search = excluded.search
         where excluded.position >= ${name}.position`,
  params: [tenantId, storable(JSON.stringify(rows.map((doc) => ({ doc, search: searchText(doc) }))))],
})

/** What a list can be searched by, in lower case. */
function searchText(
  row: ViewRow & { readonly name?: string; readonly email?: string; readonly displayName?: string },
): string {
  return [row.name, row.email, row.displayName]
    .flatMap((text) => (text === undefined ? [] : [text.toLowerCase()]))
    .join('\n')
}

/** JSON with what `jsonb` cannot hold (NUL, halves of surrogate pairs) shown as U+FFFD; the log keeps it as it was. */
const storable = (json: string): string =>
  json.replaceAll(/\\(?:\\|u0000|ud[89a-f][0-9a-f]{2})/g, (escape) => (escape === '\\\\' ? escape : '\\ufffd'))
