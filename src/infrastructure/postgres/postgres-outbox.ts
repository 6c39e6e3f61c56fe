import type { EventEnvelope } from '#common/envelope.ts'
import type { FenceReason } from '#domain/ports/forwarding.ts'
import type { SqlRow, SqlSession } from './sql-session.ts'

/** How far a tenant's log has come, and those who follow it. */
export interface OutboxEntry {
  readonly tenantId: string
  /** Position and hash of the log's last event. */
  readonly position: number
  readonly hash: string
  /** Positions up to which the read models and the event store have followed. */
  readonly projected: number
  readonly forwarded: number
  readonly fence?: { readonly reason: FenceReason; readonly position: number }
  /** When the first event was committed that the follower asked for has not followed (RFC 3339); absent when there is none. */
  readonly waitingSince?: string
}

export interface OutboxTotals {
  readonly tenants: number
  readonly events: number
  readonly toProject: number
  readonly toForward: number
  /** Not published to RabbitMQ. */
  readonly toPublish: number
  readonly fenced: number
}

const COLUMNS = 't.tenant_id, t.position, t.hash, t.projected, t.forwarded, t.fence_reason, t.fence_position'
type Follower = 'projected' | 'forwarded'

/** Why a fence is lifted. */
export interface FenceRelease {
  /** Position up to which the event store holds the log: it is sent on from behind it. */
  readonly forwarded: number
  readonly reason: string
  /** Who decided it. */
  readonly by: string
}

/** The members of a canonical text are sorted, so the last `timestamp` is the event's own and not one of its data. */
const sinceOf = (
  follower: Follower,
) => `(select substring(e.body from '.*"timestamp":"([^"]*)"') from tenant_log.event e
  where e.tenant_id = t.tenant_id and e.position = t.${follower} + 1) as since`

const TENANTS_PAGE = 500

/** Reads what the container's tenant logs say of themselves, over all tenants: for operators, not for requests. */
export class PostgresOutbox {
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

  /** Every tenant that has a log, in the order of their ids. */
  async *tenants(): AsyncGenerator<OutboxEntry> {
    for (let after: string | undefined = ''; after !== undefined;) {
      const rows = await this.#query(
        `select ${COLUMNS}, null as since from tenant_log.tenant t where t.tenant_id > $1 order by t.tenant_id limit $2`,
        after,
        TENANTS_PAGE,
      )
      const page = rows.map((row) => entryOf(row))
      yield* page
      after = page.length < TENANTS_PAGE ? undefined : page.at(-1)?.tenantId
    }
  }

  async tenant(tenantId: string): Promise<OutboxEntry | undefined> {
    const [row] = await this.#query(
      `select ${COLUMNS}, ${sinceOf('forwarded')} from tenant_log.tenant t where t.tenant_id = $1`,
      tenantId,
    )
    return row && entryOf(row)
  }

  /** Lifts a tenant's fence, and remembers who did and why; false when that fence does not stand any more. */
  async release(
    { tenantId, fence }: Pick<OutboxEntry, 'tenantId' | 'fence'>,
    { forwarded, reason, by }: FenceRelease,
  ): Promise<boolean> {
    if (!fence) return false
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
