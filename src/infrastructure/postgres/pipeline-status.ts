import type { PipelineStatus, TenantLag } from '#domain/ports/metrics.ts'
import type { PostgresOutbox } from './postgres-outbox.ts'
import type { PostgresProjectionStatus } from './postgres-projection-status.ts'

/** Tenants that are named one by one: a metric must not grow with the number of tenants. */
const NAMED = 20
const HALTED = 1_000

/** How far those who follow the container's logs have come. */
export async function pipelineStatus(
  outbox: PostgresOutbox,
  projections: PostgresProjectionStatus,
  now: number,
): Promise<PipelineStatus> {
  const [totals, behind, halts] = await Promise.all([
    outbox.totals(),
    outbox.lagging('projected', NAMED),
    projections.halted(HALTED),
  ])
  const age = (since: string | undefined) => (since === undefined ? 0 : Math.max(0, now - Date.parse(since)) / 1_000)
  const lagging: readonly TenantLag[] = [
    ...behind.map(({ tenantId, position, projected, waitingSince }) => ({
      tenantId,
      view: 'all',
      events: position - projected,
      seconds: age(waitingSince),
    })),
    ...halts.slice(0, NAMED).map(({ tenantId, view, behindBy, haltedAt }) => ({
      tenantId,
      view,
      events: behindBy,
      seconds: age(haltedAt),
    })),
  ]
  const halted = Map.groupBy(halts, ({ view }) => view)
  return {
    ...totals,
    halted: Object.fromEntries([...halted].map(([view, some]) => [view, some.length])),
    lagging,
  }
}
