import type { Halt, SkippedEvent } from '#domain/ports/projection-store.ts'
import type { OutdatedTenant } from '#domain/projection/renewal.ts'
import { outdatedViews, type ViewVersions } from '#domain/projection/view-versions.ts'
import { VIEW_NAMES, VIEWS, type ViewName } from '#domain/projection/views.ts'
import type { SqlRow, SqlSession } from './sql-session.ts'

export interface HaltedView extends Halt {
  readonly tenantId: string
  /** RFC 3339. */
  readonly haltedAt: string
  /** Events that the tenant's other views have followed and this one has not. */
  readonly behindBy: number
}

/** An event that a view leaves out. */
export interface SkippedBy extends SkippedEvent {
  readonly tenantId: string
  readonly eventId: string
  readonly eventType: string
  /** RFC 3339: when it was decided. */
  readonly skippedAt: string
}

/** RFC 3339, of a column of the type timestamptz. */
const timeOf = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** The event that a view of a tenant has halted at, or leaves out. */
const eventOf = (row: SqlRow) => ({
  tenantId: String(row['tenant_id']),
  view: row['view'] as ViewName, // written by the projection store only
  position: Number(row['position']),
  eventId: String(row['event_id']),
  eventType: String(row['event_type']),
})

/** Reads how far projections have come over all tenants: for operators, not for requests. */
export class PostgresProjectionStatus {
  readonly #session: SqlSession

  constructor(session: SqlSession) {
    this.#session = session
  }

  /** Views that stand still at an event they cannot fold, the oldest first. */
  async halted(limit: number): Promise<readonly HaltedView[]> {
    const rows = await this.#query(
      `select h.*, ${timeOf('halted_at')} as since,
         c.position - h.position + 1 as behind_by
       from read_models.halt h join read_models.checkpoint c using (tenant_id)
       where attempts > 0 order by halted_at, tenant_id, view limit $1`,
      limit,
    )
    return rows.map((row) => ({
      ...eventOf(row),
      error: String(row['error']),
      attempts: Number(row['attempts']),
      haltedAt: String(row['since']),
      behindBy: Number(row['behind_by']),
    }))
  }

  /** How many views stand still at an event they cannot fold. */
  async haltedCount(): Promise<number> {
    const [row] = await this.#query('select count(*) as count from read_models.halt where attempts > 0')
    return Number(row?.['count'])
  }

  /** Events that views leave out, the latest decision first. */
  async skipped(limit: number): Promise<readonly SkippedBy[]> {
    const rows = await this.#query(
      `select s.*, ${timeOf('skipped_at')} as since from read_models.skipped_event s
       order by skipped_at desc, tenant_id, view, position limit $1`,
      limit,
    )
    return rows.map((row) => ({
      ...eventOf(row),
      by: String(row['skipped_by']),
      reason: String(row['reason']),
      skippedAt: String(row['since']),
    }))
  }

  /** How many tenants have rows of another version of a view than this product makes, by view. */
  async outdated(): Promise<{ readonly [Name in ViewName]?: number }> {
    const rows = await this.#query(
      `select ${VIEW_NAMES.map((name) => `count(*) filter (where versions ->> '${name}' is distinct from '${VIEWS[name].version}') as ${name}`).join(', ')}
       from read_models.checkpoint`,
    )
    const counts = VIEW_NAMES.map((name) => [name, Number(rows[0]?.[name] ?? 0)] as const)
    return Object.fromEntries(counts.filter(([, count]) => count > 0))
  }

  /** Tenants after this one that have rows of an earlier version of a view, in the order of their ids. */
  async outdatedTenants(after: string, limit: number): Promise<readonly OutdatedTenant[]> {
    const earlier = VIEW_NAMES.map((name) => `coalesce((versions ->> '${name}')::integer, 0) < ${VIEWS[name].version}`)
    const rows = await this.#query(
      `select tenant_id, versions from read_models.checkpoint
       where tenant_id > $1 and (${earlier.join(' or ')}) order by tenant_id limit $2`,
      after,
      limit,
    )
    return rows.map((row) => ({
      tenantId: String(row['tenant_id']),
      views: outdatedViews(row['versions'] as ViewVersions), // an object: `project_pages` and `swap_shadow` write it
    }))
  }

  /** Of a tenant: the views whose rows another version has made. */
  async outdatedOf(tenantId: string): Promise<readonly ViewName[]> {
    const [row] = await this.#query('select versions from read_models.checkpoint where tenant_id = $1', tenantId)
    const versions = (row?.['versions'] ?? {}) as Readonly<Record<string, unknown>> // an object: `advance` and `swap_shadow` write it
    return VIEW_NAMES.filter((name) => versions[name] !== VIEWS[name].version)
  }

  async #query(text: string, ...params: readonly (string | number)[]): Promise<readonly SqlRow[]> {
    const [rows = []] = await this.#session.transaction('platform', [{ text, params }])
    return rows
  }
}
