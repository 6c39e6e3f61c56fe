import type { ShadowOptions, ShadowStore, SkippedEvent, Wanted } from '#domain/ports/projection-store.ts'
import { RebuildUnderWay, SkippedMeanwhile } from '#domain/projection/shadow-rows.ts'
import { VIEW_NAMES, VIEWS, type ViewName, type ViewPage } from '#domain/projection/views.ts'
import { onlyRow, sqlState, type SqlSession } from './sql-session.ts'
import { namedBy, pageOf, written } from './view-rows.ts'

/** Which rebuild it is, as its row says. */
interface Kind {
  /** Name and version of each view, as a JSON object. */
  readonly versions: string
  readonly withoutKeys: boolean
  /** What is left out, as the function `skips_of` says it. */
  readonly skipped: string
}

const NONE: Kind = { versions: '{}', withoutKeys: false, skipped: '[]' }

/** That the row is of this kind; its parameters are three, from a number on. */
const isOfKind = (first: number) =>
  `views = $${first}::jsonb and without_keys = $${first + 1} and skipped = $${first + 2}::jsonb`
const kindOf = ({ versions, withoutKeys, skipped }: Kind) => [versions, withoutKeys, skipped]

/** Raised by `swap_shadow`. */
const SKIPPED_MEANWHILE = 'AC003'

const inOrder = (one: Pick<SkippedEvent, 'view' | 'position'>, other: typeof one) =>
  one.view === other.view ? one.position - other.position : one.view < other.view ? -1 : 1

/**
 * One rebuild in the schema `read_models`: the tables `shadow` and `shadow_row`. Somebody may begin another one of the tenant's at
 * any time. What was opened here is then gone, and nothing is read from the other one, written to it, or swapped with it.
 */
export class PostgresShadowStore implements ShadowStore {
  readonly #session: SqlSession
  #opened = NONE

  constructor(session: SqlSession) {
    this.#session = session
  }

  async open(
    tenantId: string,
    views: readonly ViewName[],
    { withoutKeys = false, skipped = [] }: ShadowOptions = {},
  ): Promise<number> {
    const versions = JSON.stringify(Object.fromEntries(views.map((name) => [name, VIEWS[name].version])))
    const leftOut = skipped
      .filter(({ view }) => views.includes(view))
      .toSorted(inOrder)
      .map(({ view, position }) => [view, position])
    const kind: Kind = { versions, withoutKeys, skipped: JSON.stringify(leftOut) }
    this.#opened = kind
    // Rows of a rebuild of other views, by other code, or without keys where this one has them, are of no use to this one.
    const [, , , rows] = await this.#session.transaction({ tenantId }, [
      {
        text: `delete from read_models.shadow where tenant_id = $1 and (${isOfKind(2)}) is not true`,
        params: [tenantId, ...kindOf(kind)],
      },
      // In a statement of its own, which sees what the other one was writing when the first had to wait for it.
      {
        text: `delete from read_models.shadow_row r where tenant_id = $1
                 and not exists (select from read_models.shadow s where s.tenant_id = r.tenant_id)`,
        params: [tenantId],
      },
      {
        text: `insert into read_models.shadow (tenant_id, views, without_keys, skipped)
               values ($1, $2::jsonb, $3, $4::jsonb) on conflict do nothing`,
        params: [tenantId, ...kindOf(kind)],
      },
      {
        text: `select position from read_models.shadow where tenant_id = $1 and ${isOfKind(2)}`,
        params: [tenantId, ...kindOf(kind)],
      },
    ])
    const [own] = rows ?? []
    if (!own) throw new RebuildUnderWay()
    return Number(own['position'])
  }

  async load(tenantId: string, wanted: Wanted): Promise<ViewPage> {
    const names = VIEW_NAMES.filter((name) => wanted[name].length > 0)
    if (names.length === 0) return pageOf([], [])
    const results = await this.#session.transaction({ tenantId }, [
      ...names.map((name) => {
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
      {
        text: `select 1 from read_models.shadow where tenant_id = $1 and ${isOfKind(2)}`,
        params: [tenantId, ...kindOf(this.#opened)],
      },
    ])
    // Others' rows, or none, would be taken for what this one has written.
    if (results.at(-1)?.length !== 1) throw new RebuildUnderWay()
    return pageOf(names, results)
  }

  async commit(tenantId: string, from: number, to: number, rows: ViewPage): Promise<'committed' | 'conflict'> {
    const kind = kindOf(this.#opened)
    const names = VIEW_NAMES.filter((name) => rows[name].length > 0)
    const [moved] = await this.#session.transaction({ tenantId }, [
      {
        text: `update read_models.shadow set position = $3
               where tenant_id = $1 and position = $2 and ${isOfKind(4)} returning 1`,
        params: [tenantId, from, to, ...kind],
      },
      ...names.map((name) => ({
        // Written only where the place has been moved just before, in the same transaction.
        text: `insert into read_models.shadow_row (tenant_id, view, key, position, data, search)
               select $1, $2, doc ->> 'key', (doc ->> 'position')::bigint, doc, search
               from jsonb_to_recordset($3::jsonb) as given (doc jsonb, search text)
               where exists (select from read_models.shadow where tenant_id = $1 and position = $4 and ${isOfKind(5)})
               on conflict (tenant_id, view, key) do update
               set position = excluded.position, data = excluded.data, search = excluded.search`,
        params: [tenantId, name, written(rows[name]), to, ...kind],
      })),
    ])
    return moved?.length === 1 ? 'committed' : 'conflict'
  }

  async swap(tenantId: string): Promise<{ readonly [Name in ViewName]?: boolean } | undefined> {
    const kind = this.#opened
    const [, own, rows] = await this.#session
      .transaction({ tenantId }, [
        // In the order in which the swap locks them.
        { text: 'select from read_models.checkpoint where tenant_id = $1 for update', params: [tenantId] },
        {
          text: `select 1 from read_models.shadow where tenant_id = $1 and ${isOfKind(2)} for update`,
          params: [tenantId, ...kindOf(kind)],
        },
        {
          text: `select read_models.swap_shadow($1, $2) as swapped
                 where exists (select from read_models.shadow where tenant_id = $1 and ${isOfKind(3)})`,
          params: [tenantId, VIEW_NAMES.length, ...kindOf(kind)],
        },
      ])
      .catch((fault: unknown) => {
        throw sqlState(fault) === SKIPPED_MEANWHILE ? new SkippedMeanwhile() : fault
      })
    if (own?.length !== 1) throw new RebuildUnderWay()
    const { swapped } = onlyRow(rows)
    if (swapped !== null) this.#opened = NONE
    return swapped ?? undefined // by view, as the function makes it
  }
}
