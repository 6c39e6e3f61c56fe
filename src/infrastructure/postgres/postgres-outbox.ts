import type { EventEnvelope } from '#common/envelope.ts'
import type { Fence, FenceReason } from '#domain/ports/forwarding.ts'
import type {
  FenceRelease,
  Follower,
  LiftedFence,
  OperatorOutbox,
  OutboxEntry,
  OutboxPage,
  OutboxStatus,
  OutboxTotals,
} from '#domain/ports/outbox.ts'
import type { SqlRow, SqlSession } from './sql-session.ts'

const COLUMNS = 't.tenant_id, t.position, t.hash, t.projected, t.forwarded, t.fence_reason, t.fence_position'

/** The members of a canonical text are sorted, so the last `timestamp` is the event's own and not one of its data. */
const sinceOf = (
  follower: Follower,
) => `(select substring(e.body from '.*"timestamp":"([^"]*)"') from tenant_log.event e
  where e.tenant_id = t.tenant_id and e.position = t.${follower} + 1) as since`

/** Reads what the container's tenant logs say of themselves, over all tenants: for operators, not for requests. */
export class PostgresOutbox implements OperatorOutbox {
  readonly #session: SqlSession

  constructor(session: SqlSession) {
    this.#session = session
  }

  async totals(): Promise<OutboxTotals> {
    const [row] = await this.#query(
      `select count(*) as tenants, coalesce(sum(position), 0) as events, coalesce(sum(position - projected), 0) as to_project,
         coalesce(sum(position - forwarded), 0) as to_forward,
         coalesce(sum(position - published), 0) as to_publish, count(fence_reason) as fenced
       from tenant_log.tenant`,
    )
    const count = (name: string) => Number(row?.[name] ?? 0)
    return {
      tenants: count('tenants'),
      events: count('events'),
      toProject: count('to_project'),
      toForward: count('to_forward'),
      toPublish: count('to_publish'),
      fenced: count('fenced'),
    }
  }

  /** Tenants whose log somebody has not followed to its end, those first that have waited longest. */
  async lagging(what: Follower, limit: number): Promise<readonly OutboxEntry[]> {
    const rows = await this.#query(
      `select ${COLUMNS}, ${sinceOf(what)} from tenant_log.tenant t where t.${what} < t.position
       order by since, t.tenant_id limit $1`,
      limit,
    )
    return rows.map((row) => entryOf(row))
  }

  async status(follower: Follower, limit: number): Promise<OutboxStatus> {
    return { totals: await this.totals(), lagging: await this.lagging(follower, limit), unanswered: [] }
  }

  async page(after: string, limit: number, follower: Follower = 'forwarded'): Promise<OutboxPage> {
    const rows = await this.#query(
      `select ${COLUMNS}, ${sinceOf(follower)} from tenant_log.tenant t where t.tenant_id > $1
       order by t.tenant_id limit $2`,
      after,
      limit,
    )
    const entries = rows.map((row) => entryOf(row))
    const last = entries.length < limit ? undefined : entries.at(-1)
    return { entries, unanswered: [], ...(last && { next: last.tenantId }) }
  }

  async tenant(tenantId: string, follower: Follower = 'forwarded'): Promise<OutboxEntry | undefined> {
    const [row] = await this.#query(
      `select ${COLUMNS}, ${sinceOf(follower)} from tenant_log.tenant t where t.tenant_id = $1`,
      tenantId,
    )
    return row && entryOf(row)
  }

  async release(tenantId: string, fence: Fence, { forwarded, reason, by }: FenceRelease): Promise<boolean> {
    const rows = await this.#query(
      `with lifted as (
         update tenant_log.tenant set forwarded = $4, pinned_to = null, fence_reason = null, fence_position = null
         where tenant_id = $1 and fence_reason = $2 and fence_position = $3 and position >= $4 returning tenant_id)
       insert into tenant_log.fence_release (tenant_id, fence_reason, fence_position, forwarded, reason, released_by)
       select tenant_id, $2, $3, $4, $5, $6 from lifted returning 1`,
      tenantId,
      fence.reason,
      fence.position,
      forwarded,
      reason,
      by,
    )
    return rows.length === 1
  }

  async releases(tenantId: string): Promise<readonly LiftedFence[]> {
    const rows = await this.#query(
      `select *, to_char(released_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as lifted_at
       from tenant_log.fence_release where tenant_id = $1 order by released_at desc`,
      tenantId,
    )
    return rows.map((row) => ({
      // One of the reasons: written by `release` only.
      fence: { reason: row['fence_reason'] as FenceReason, position: Number(row['fence_position']) },
      forwarded: Number(row['forwarded']),
      reason: String(row['reason']),
      by: String(row['released_by']),
      liftedAt: String(row['lifted_at']),
    }))
  }

  /** Events as they are stored, in order; their personal fields stay sealed. */
  async events(tenantId: string, after: number, limit: number): Promise<readonly EventEnvelope[]> {
    const rows = await this.#query(
      'select body from tenant_log.event where tenant_id = $1 and position > $2 order by position limit $3',
      tenantId,
      after,
      limit,
    )
    return rows.map((row) => JSON.parse(String(row['body'])) as EventEnvelope) // written by the tenant writer only
  }

  async #query(text: string, ...params: readonly (string | number)[]): Promise<readonly SqlRow[]> {
    const [rows = []] = await this.#session.transaction('owner', [{ text, params }])
    return rows
  }
}

function entryOf(row: SqlRow): OutboxEntry {
  const { fence_reason: reason, since } = row
  return {
    tenantId: String(row['tenant_id']),
    position: Number(row['position']),
    hash: String(row['hash']),
    projected: Number(row['projected']),
    forwarded: Number(row['forwarded']),
    // One of the reasons: written by the tenant's storage only.
    ...(typeof reason === 'string' && {
      fence: { reason: reason as FenceReason, position: Number(row['fence_position']) },
    }),
    ...(typeof since === 'string' && { waitingSince: since }),
  }
}
