import type { FenceReason, Forwarding } from '#domain/ports/forwarding.ts'
import type { CommitBatch, RowPage, TenantStorage } from '#domain/ports/tenant-storage.ts'
import type { RecentEvents } from '#infrastructure/shared/recent-events.ts'
import type { SharedStatements } from './shared-statements.ts'
import type { SqlRow, SqlSession } from './sql-session.ts'
import { headOf, rowOf } from './stored-row.ts'

const columnsOf = ({ forwarded, pinnedTo, fence }: Forwarding) => [
  forwarded,
  pinnedTo ?? null,
  fence?.reason ?? null,
  fence?.position ?? null,
]

const forwardingOf = (row: SqlRow | undefined): Forwarding => {
  if (!row) return { forwarded: 0 }
  const { forwarded, pinned_to: pinnedTo, fence_reason: reason, fence_position: position } = row
  return {
    forwarded: Number(forwarded),
    ...(pinnedTo !== null && { pinnedTo: Number(pinnedTo) }),
    // One of the reasons: written by this adapter only.
    ...(reason !== null && { fence: { reason: reason as FenceReason, position: Number(position) } }),
  }
}

/** One tenant's part of the schema `tenant_log`. Any replica may write; the tenant's revision lets one of them win. */
export class PostgresTenantStorage implements TenantStorage {
  readonly checksAbsence = true
  readonly #session: SqlSession
  readonly #shared: SharedStatements
  readonly #tenantId: string
  readonly #recent: RecentEvents | undefined

  /** @param recent keeps what is committed, for who follows right behind */
  constructor(session: SqlSession, shared: SharedStatements, tenantId: string, recent?: RecentEvents) {
    this.#session = session
    this.#shared = shared
    this.#tenantId = tenantId
    this.#recent = recent
  }

  readRows(refs: readonly string[]): Promise<RowPage> {
    return this.#shared.reads.read(this.#tenantId, refs)
  }

  scanRows(from: string, to: string, limit: number): Promise<RowPage> {
    return this.#page(
      `select t.position, t.hash, t.revision, r.ref, r.version, r.body, r.expires_at
       from (select 1) one
       left join tenant_log.tenant t on t.tenant_id = $1
       left join lateral (
         select * from tenant_log.row where tenant_id = $1 and ref >= $2 and ref < $3 order by ref limit $4
       ) r on true
       order by r.ref`,
      [from, to, limit],
    )
  }

  readEvents(after: number, limit: number) {
    return this.#shared.events.read(this.#tenantId, after, limit)
  }

  async commit(batch: CommitBatch): Promise<'committed' | 'conflict'> {
    const result = await this.#shared.commits.commit(this.#tenantId, batch)
    if (result === 'committed') this.#recent?.add(this.#tenantId, batch)
    return result
  }

  async readProjected(): Promise<number> {
    const [rows] = await this.#session.transaction('owner', [
      { text: 'select projected from tenant_log.tenant where tenant_id = $1', params: [this.#tenantId] },
    ])
    return Number(rows?.[0]?.['projected'] ?? 0)
  }

  saveProjected(position: number): Promise<void> {
    this.#recent?.followed(this.#tenantId, position)
    return this.#shared.confirmations.confirm(this.#tenantId, position)
  }

  async readForwarding(): Promise<Forwarding> {
    const [rows] = await this.#session.transaction('owner', [
      {
        text: 'select forwarded, pinned_to, fence_reason, fence_position from tenant_log.tenant where tenant_id = $1',
        params: [this.#tenantId],
      },
    ])
    return forwardingOf(rows?.[0])
  }

  async saveForwarding(expected: Forwarding, next: Forwarding): Promise<boolean> {
    const [rows] = await this.#session.transaction('owner', [
      {
        text: `update tenant_log.tenant set forwarded = $6, pinned_to = $7, fence_reason = $8, fence_position = $9
               where tenant_id = $1 and forwarded = $2 and pinned_to is not distinct from $3
                 and fence_reason is not distinct from $4 and fence_position is not distinct from $5
               returning 1`,
        params: [this.#tenantId, ...columnsOf(expected), ...columnsOf(next)],
      },
    ])
    return rows?.length === 1
  }

  async prune(now: number): Promise<number> {
    const [rows] = await this.#session.transaction('owner', [
      {
        text: 'delete from tenant_log.row where tenant_id = $1 and expires_at < $2 returning 1',
        params: [this.#tenantId, now],
      },
    ])
    return rows?.length ?? 0
  }

  /** Nothing to wait for: commands gather while the transaction before them is on its way to the database. */
  gather(): Promise<void> {
    return Promise.resolve()
  }

  async #page(text: string, params: readonly (string | number)[]): Promise<RowPage> {
    const [rows = []] = await this.#session.transaction('owner', [{ text, params: [this.#tenantId, ...params] }])
    const [first] = rows
    const head = headOf(first?.['position'] === null ? undefined : first)
    return { head, rows: rows.filter((row) => row['ref'] !== null).map((row) => rowOf(row)) }
  }
}
