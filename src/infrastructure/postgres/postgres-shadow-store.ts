import type { ShadowStore, Wanted } from '#domain/ports/projection-store.ts'
import { VIEW_NAMES, VIEWS, type ViewName, type ViewPage } from '#domain/projection/views.ts'
import { onlyRow, type SqlSession } from './sql-session.ts'
import { namedBy, pageOf, written } from './view-rows.ts'

/** Rebuilds in the schema `read_models`: the tables `shadow` and `shadow_row`. */
export class PostgresShadowStore implements ShadowStore {
  readonly #session: SqlSession

  constructor(session: SqlSession) {
    this.#session = session
  }

  async open(tenantId: string, views: readonly ViewName[], { withoutKeys } = { withoutKeys: false }): Promise<number> {
    const versions = JSON.stringify(Object.fromEntries(views.map((name) => [name, VIEWS[name].version])))
    // Rows of a rebuild of other views, by other code, or without keys where this one has them, are of no use to this one.
    const [, , rows] = await this.#session.transaction({ tenantId }, [
      {
        text: `with other as (
                 delete from read_models.shadow
                 where tenant_id = $1 and (views <> $2::jsonb or without_keys <> $3) returning tenant_id
               )
               delete from read_models.shadow_row where tenant_id in (select tenant_id from other)`,
        params: [tenantId, versions, withoutKeys],
      },
      {
        text: `insert into read_models.shadow (tenant_id, views, without_keys) values ($1, $2::jsonb, $3)
               on conflict do nothing`,
        params: [tenantId, versions, withoutKeys],
      },
      { text: 'select position from read_models.shadow where tenant_id = $1', params: [tenantId] },
    ])
    return Number(onlyRow(rows)['position'])
  }

  async load(tenantId: string, wanted: Wanted): Promise<ViewPage> {
    const names = VIEW_NAMES.filter((name) => wanted[name].length > 0)
    if (names.length === 0) return pageOf([], [])
    const results = await this.#session.transaction(
      { tenantId },
      names.map((name) => {
        const { keys, userIds = [] } = namedBy(wanted[name])
        return {
          text: `select data from read_models.shadow_row where tenant_id = $1 and view = $2
                   and key = any(array(select jsonb_array_elements_text($3::jsonb)))
                 union
                 select data from read_models.shadow_row where tenant_id = $1 and view = $2
                   and data ? 'userId' and data ->> 'userId' = any(array(select jsonb_array_elements_text($4::jsonb)))`,
          params: [tenantId, name, JSON.stringify(keys), JSON.stringify(userIds)],
        }
      }),
    )
    return pageOf(names, results)
  }

  async commit(tenantId: string, from: number, to: number, rows: ViewPage): Promise<'committed' | 'conflict'> {
    const names = VIEW_NAMES.filter((name) => rows[name].length > 0)
    const [moved] = await this.#session.transaction({ tenantId }, [
      {
        text: 'update read_models.shadow set position = $3 where tenant_id = $1 and position = $2 returning 1',
        params: [tenantId, from, to],
      },
      ...names.map((name) => ({
        // Written only where the place has been moved just before, in the same transaction.
        text: `insert into read_models.shadow_row (tenant_id, view, key, position, data, search)
               select $1, $2, doc ->> 'key', (doc ->> 'position')::bigint, doc, search
               from jsonb_to_recordset($3::jsonb) as given (doc jsonb, search text)
               where exists (select from read_models.shadow where tenant_id = $1 and position = $4)
               on conflict (tenant_id, view, key) do update
               set position = excluded.position, data = excluded.data, search = excluded.search`,
        params: [tenantId, name, written(rows[name]), to],
      })),
    ])
    return moved?.length === 1 ? 'committed' : 'conflict'
  }

  async swap(tenantId: string): Promise<{ readonly [Name in ViewName]?: boolean } | undefined> {
    const [rows] = await this.#session.transaction({ tenantId }, [
      { text: 'select read_models.swap_shadow($1, $2) as swapped', params: [tenantId, VIEW_NAMES.length] },
    ])
    const { swapped } = onlyRow(rows)
    return swapped ?? undefined // by view, as the function makes it
  }
}
