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
import type { ViewRow } from '#domain/projection/view.ts'
import { CURRENT_VERSIONS, type ViewVersions } from '#domain/projection/view-versions.ts'
import { VIEW_NAMES, type ViewName, type ViewPage } from '#domain/projection/views.ts'
import { ProjectionPages, VIEW_VERSIONS } from './projection-pages.ts'
import { onlyRow, sqlState, type SqlRow, type SqlScope, type SqlSession, type SqlStatement } from './sql-session.ts'
import { pageOf, written } from './view-rows.ts'

/** Raised by the functions of the schema when somebody else has moved what was to be moved. */
const MOVED = 'AC001'
/** A value that its column or index does not take, and never will: data exception, constraint, limit of the program. */
const REFUSED = /^(?:22|23|54)/

export interface PostgresProjectionStoreOptions {
  readonly besideLog?: boolean
  readonly together?: boolean
}

/** The projector's side of the schema `read_models`. View names are table names. */
export class PostgresProjectionStore implements ProjectionStore {
  readonly #session: SqlSession
  readonly #pages: ProjectionPages

  /**
   * @param options.besideLog whether the tenants' logs are in the same database. What a crash then takes from the read models
   * it also takes from what was confirmed after, and the sweep projects it again: nobody has to wait for the disk.
   * @param options.together see `ProjectionPagesOptions`.
   */
  constructor(session: SqlSession, { besideLog = false, together = false }: PostgresProjectionStoreOptions = {}) {
    this.#session = session
    this.#pages = new ProjectionPages(session, { unflushed: besideLog, together })
  }

  async state(tenantId: string): Promise<ProjectionState> {
    const [checkpoints, halts = []] = await this.#session.transaction({ tenantId }, [
      {
        text: 'select position, generation, versions from read_models.checkpoint where tenant_id = $1',
        params: [tenantId],
      },
      { text: 'select view, position from read_models.halt where tenant_id = $1', params: [tenantId] },
    ])
    const checkpoint = checkpoints?.[0]
    return {
      position: Number(checkpoint?.['position'] ?? 0),
      generation: Number(checkpoint?.['generation'] ?? 0),
      versions: checkpoint ? (checkpoint['versions'] as ViewVersions) : CURRENT_VERSIONS, // `project_pages` and `swap_shadow` write it
      halted: halts.map((row) => ({ view: viewIn(row), position: Number(row['position']) })),
    }
  }

  async load(tenantId: string, wanted: Wanted): Promise<ViewPage> {
    return (await this.#pages.load({ tenantId, wanted })) ?? pageOf([], [])
  }

  loadAt(tenantId: string, { position }: Checkpoint, wanted: Wanted): Promise<ViewPage | undefined> {
    return this.#pages.load({ tenantId, position, wanted })
  }

  async commit(tenantId: string, from: Checkpoint, to: number, rows: ViewPage, halts: readonly Halt[] = []) {
    if (halts.length === 0) return this.#pages.commit({ tenantId, from, to, rows }).catch(refusedOr)
    const advance = {
      text: 'select read_models.advance($1, $2, $3, $4, $5::jsonb)',
      params: [tenantId, from.position, from.generation, to, VIEW_VERSIONS],
    }
    const insertHalts = halts.map((halt) => insertHalt(tenantId, halt))
    const results = await this.#unlessMoved({ tenantId }, [advance, ...upserts(tenantId, rows), ...insertHalts])
    if (results && 'refused' in results) return results
    return results ? 'committed' : 'conflict'
  }

  async halts(tenantId: string): Promise<readonly Halt[]> {
    const [rows = []] = await this.#session.transaction({ tenantId }, [
      { text: 'select * from read_models.halt where tenant_id = $1 order by view', params: [tenantId] },
    ])
    return rows.map((row) => haltOf(row))
  }

  async skipped(tenantId: string) {
    const [rows = []] = await this.#session.transaction({ tenantId }, [
      { text: 'select view, position from read_models.skipped_event where tenant_id = $1', params: [tenantId] },
    ])
    return rows.map((row) => ({ view: viewIn(row), position: Number(row['position']) }))
  }

  async skip(tenantId: string, { view, position, reason, by }: SkippedEvent): Promise<boolean> {
    const [rows] = await this.#session.transaction({ tenantId }, [
      {
        text: `with stands as (select * from read_models.halt where tenant_id = $1 and view = $2 and position = $3 for update),
               decided as (
                 insert into read_models.skipped_event
                   (tenant_id, view, position, event_id, event_type, error, reason, skipped_by)
                 select tenant_id, view, position, event_id, event_type, error, $4, $5 from stands
                 on conflict (tenant_id, view, position) do nothing)
               select 1 from stands`,
        params: [tenantId, view, position, reason, by],
      },
    ])
    return rows?.length === 1
  }

  async catchUp(
    tenantId: string,
    { view, from, to, leftOut }: Followed,
    rows: ViewPage,
    halt?: Halt,
  ): Promise<CatchUp | Refused> {
    const move = {
      text: 'select read_models.catch_up($1, $2, $3, $4, $5) as done',
      params: [tenantId, view, from, to, leftOut],
    }
    const again = halt ? [updateHalt(tenantId, halt)] : []
    const results = await this.#unlessMoved({ tenantId }, [move, ...upserts(tenantId, rows), ...again])
    if (!results) return 'conflict'
    if ('refused' in results) return results
    return onlyRow(results[0])['done'] === true ? 'done' : 'committed'
  }

  async #unlessMoved(scope: SqlScope, statements: readonly SqlStatement[]) {
    try {
      return await this.#session.transaction(scope, statements)
    } catch (fault) {
      if (sqlState(fault) === MOVED) return undefined
      return refusedOr(fault)
    }
  }
}

/** @throws what is no refusal of a row */
function refusedOr(fault: unknown): Refused {
  const code = sqlState(fault) ?? ''
  if (!REFUSED.test(code)) throw fault
  // Its message may name values.
  return { refused: `the database does not take the row (SQLSTATE ${code})` }
}

const viewIn = (row: SqlRow): ViewName => row['view'] as ViewName // written by this store only

const haltOf = (row: SqlRow): Halt => ({
  view: viewIn(row),
  position: Number(row['position']),
  eventId: String(row['event_id']),
  eventType: String(row['event_type']),
  error: String(row['error']),
  attempts: Number(row['attempts']),
})

const insertHalt = (tenantId: string, { view, position, eventId, eventType, error, attempts }: Halt): SqlStatement => ({
  text: `insert into read_models.halt (tenant_id, view, position, event_id, event_type, error, attempts)
         values ($1, $2, $3, $4, $5, $6, $7)`,
  params: [tenantId, view, position, eventId, eventType, error, attempts],
})

const updateHalt = (tenantId: string, { view, eventId, eventType, error, attempts }: Halt): SqlStatement => ({
  text: `update read_models.halt set event_id = $3, event_type = $4, error = $5, attempts = $6, halted_at = now()
         where tenant_id = $1 and view = $2`,
  params: [tenantId, view, eventId, eventType, error, attempts],
})

const upserts = (tenantId: string, rows: ViewPage): readonly SqlStatement[] =>
  VIEW_NAMES.filter((name) => rows[name].length > 0).map((name) => upsertRows(name, tenantId, rows[name]))

const upsertRows = (name: ViewName, tenantId: string, rows: readonly ViewRow[]): SqlStatement => ({
  text: `insert into read_models.${name} (tenant_id, key, position, data, search)
         select $1, doc ->> 'key', (doc ->> 'position')::bigint, doc, search
         from jsonb_to_recordset($2::jsonb) as given (doc jsonb, search text)
         on conflict (tenant_id, key) do update
         set position = excluded.position, data = excluded.data, search = excluded.search
         where excluded.position >= ${name}.position`,
  params: [tenantId, written(rows)],
})
