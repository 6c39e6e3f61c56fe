import { rebuild, type Rebuilt } from '#domain/projection/rebuild.ts'
import { VIEW_NAMES, type ViewName } from '#domain/projection/views.ts'
import { openEventStore } from '#infrastructure/node/open-event-store.ts'
import { PostgresOutbox } from '#infrastructure/postgres/postgres-outbox.ts'
import { PostgresProjectionStatus } from '#infrastructure/postgres/postgres-projection-status.ts'
import { PostgresProjectionStore } from '#infrastructure/postgres/postgres-projection-store.ts'
import { PostgresShadowStore } from '#infrastructure/postgres/postgres-shadow-store.ts'
import type { Pipeline } from '../container.ts'
import { asAdministrator, configurationOf, Ended, EXIT, withoutLogs, type CliContext } from './context.ts'
import { withPipeline } from './pipeline.ts'
import { progressBar } from './progress.ts'
import { eventStoreSource, logSource, type RebuildSource } from './rebuild-source.ts'

export interface RebuildChoice {
  readonly tenant?: string
  readonly view?: readonly ViewName[]
  readonly from: 'log' | 'eventstore'
  readonly outdated?: boolean
  readonly withoutKeys?: boolean
  readonly json?: boolean
}

/** Rebuilds tenant after tenant; one that cannot be rebuilt keeps no other from it. */
export async function rebuildAll(context: CliContext, choice: RebuildChoice): Promise<void> {
  await withPipeline(context, async ({ session, writer, tools }) => {
    const store = choice.from === 'eventstore' ? openEventStore(configurationOf(asAdministrator(context))) : undefined
    if (choice.from === 'eventstore' && !store)
      throw new Ended(EXIT.usage, 'EVENTSTORE_URL is not set: there is no event store to rebuild from')
    try {
      const source = store ? eventStoreSource(store) : logSource(writer, new PostgresOutbox(session))
      await rebuildFrom(context, source, choice, { session, writer, tools })
    } finally {
      await store?.close()
    }
  })
}

async function rebuildFrom(
  context: CliContext,
  source: RebuildSource,
  choice: RebuildChoice,
  { session, writer, tools }: Pick<Pipeline, 'session' | 'writer' | 'tools'>,
): Promise<void> {
  const store = new PostgresProjectionStore(session)
  const projections = new PostgresProjectionStatus(session)
  const tenants = await source.tenants(choice.tenant)
  if (choice.tenant !== undefined && tenants.length === 0)
    throw new Ended(EXIT.usage, `there is no event of a tenant ${choice.tenant}`)
  if (choice.from === 'log' && tenants.length === 0) throw withoutLogs()
  const progress = progressBar(
    context,
    tenants.reduce((sum, { events }) => sum + events, 0),
    choice.json === true,
  )
  let failed = 0
  for (const { tenantId } of tenants) {
    const views = (choice.outdated ? await projections.outdatedOf(tenantId) : VIEW_NAMES).filter(
      (name) => choice.view?.includes(name) ?? true,
    )
    if (views.length === 0) continue
    const options = {
      source: source.eventStore,
      store,
      shadow: new PostgresShadowStore(session),
      writer,
      ...tools,
      withoutKeys: choice.withoutKeys === true,
    }
    const rebuilt = await rebuild(tenantId, views, options, (count) => progress.advance(count))
    if (rebuilt.kind !== 'rebuilt' && rebuilt.kind !== 'nothing') failed++
    if (choice.json) context.out(JSON.stringify({ tenantId, ...plain(rebuilt) }))
    else if (told(rebuilt) !== '') context.out(`${tenantId}: ${told(rebuilt)}`)
  }
  progress.end()
  if (failed > 0) throw new Ended(EXIT.found, `${failed} of ${tenants.length} tenants could not be rebuilt`)
  if (!choice.json) context.note(`${tenants.length} tenants rebuilt`)
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

const KEYS_REMEDY = 'left as it is: --without-keys would leave personal fields empty'

function told(rebuilt: Rebuilt): string {
  if (rebuilt.kind === 'nothing') return 'there is no event of it'
  if (rebuilt.kind === 'broken') return `the source does not hold the log from position ${rebuilt.position} on`
  if (rebuilt.kind === 'elsewhere')
    return `its log is not in this database, and so its keys are not here; ${KEYS_REMEDY}`
  if (rebuilt.kind === 'keyless') return `the keys of ${rebuilt.subjects} people are not here; ${KEYS_REMEDY}`
  if (rebuilt.kind === 'rebuilt') return rebuilt.changed.length === 0 ? '' : `replaced ${rebuilt.changed.join(', ')}`
  const { view, envelope, fault } = rebuilt.failure
  return `${view} cannot fold the event at position ${envelope.position}: ${String(fault)}`
}
