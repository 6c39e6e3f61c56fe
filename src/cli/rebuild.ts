import { rebuild, type Rebuilt } from '#domain/projection/rebuild.ts'
import { VIEW_NAMES, type ViewName } from '#domain/projection/views.ts'
import { PostgresProjectionStatus } from '#infrastructure/postgres/postgres-projection-status.ts'
import { PostgresProjectionStore } from '#infrastructure/postgres/postgres-projection-store.ts'
import { PostgresShadowStore } from '#infrastructure/postgres/postgres-shadow-store.ts'
import { logEventStore } from '#infrastructure/shared/log-event-store.ts'
import { streamEventSource } from '#infrastructure/shared/stream-event-source.ts'
import { Ended, EXIT, type CliContext } from './context.ts'
import { withPipeline } from './pipeline.ts'
import { progressBar } from './progress.ts'

const TENANTS_PAGE = 500

export interface RebuildChoice {
  readonly tenant?: string
  readonly view?: readonly ViewName[]
  readonly from: 'log' | 'eventstore'
  readonly outdated?: boolean
  readonly json?: boolean
}

/** Rebuilds tenant after tenant; one that cannot be rebuilt keeps no other from it. */
export async function rebuildAll(context: CliContext, choice: RebuildChoice): Promise<void> {
  await withPipeline(context, async ({ session, writer, eventStore, tools }) => {
    if (choice.from === 'eventstore' && !eventStore)
      throw new Ended(EXIT.usage, 'EVENTSTORE_URL is not set: there is no event store to rebuild from')
    const source = choice.from === 'eventstore' && eventStore ? streamEventSource(eventStore) : logEventStore(writer)
    const store = new PostgresProjectionStore(session)
    const projections = new PostgresProjectionStatus(session)
    const tenants = await chosen(projections, choice.tenant)
    const progress = progressBar(
      context,
      tenants.reduce((sum, { position }) => sum + position, 0),
      choice.json === true,
    )
    let failed = 0
    for (const { tenantId } of tenants) {
      const views = (choice.outdated ? await projections.outdatedOf(tenantId) : VIEW_NAMES).filter(
        (name) => choice.view?.includes(name) ?? true,
      )
      if (views.length === 0) continue
      const options = { source, store, shadow: new PostgresShadowStore(session), writer, ...tools }
      const rebuilt = await rebuild(tenantId, views, options, (count) => progress.advance(count))
      if (rebuilt.kind === 'failed' || rebuilt.kind === 'broken') failed++
      if (choice.json) context.out(JSON.stringify({ tenantId, ...plain(rebuilt) }))
      else if (told(rebuilt) !== '') context.out(`${tenantId}: ${told(rebuilt)}`)
    }
    progress.end()
    if (failed > 0) throw new Ended(EXIT.found, `${failed} of ${tenants.length} tenants could not be rebuilt`)
    if (!choice.json) context.note(`${tenants.length} tenants rebuilt`)
  })
}

async function chosen(projections: PostgresProjectionStatus, only: string | undefined) {
  const all: { readonly tenantId: string; readonly position: number }[] = []
  for (let after = ''; ;) {
    const page = await projections.tenants(after, TENANTS_PAGE)
    all.push(...page.filter(({ tenantId }) => only === undefined || tenantId === only))
    const last = page.at(-1)
    if (!last || page.length < TENANTS_PAGE) break
    after = last.tenantId
  }
  if (only !== undefined && all.length === 0)
    throw new Ended(EXIT.usage, `nothing has been projected of a tenant ${only}`)
  return all
}

/** A result without what no JSON can hold. */
const plain = (rebuilt: Rebuilt) =>
  rebuilt.kind === 'failed'
    ? {
        kind: rebuilt.kind,
        view: rebuilt.failure.view,
        position: rebuilt.failure.envelope.position,
        error: String(rebuilt.failure.fault),
      }
    : rebuilt

function told(rebuilt: Rebuilt): string {
  if (rebuilt.kind === 'nothing') return 'nothing has been projected yet'
  if (rebuilt.kind === 'broken') return `the source does not hold the log from position ${rebuilt.position} on`
  if (rebuilt.kind === 'rebuilt') return rebuilt.changed.length === 0 ? '' : `replaced ${rebuilt.changed.join(', ')}`
  const { view, envelope, fault } = rebuilt.failure
  return `${view} cannot fold the event at position ${envelope.position}: ${String(fault)}`
}
