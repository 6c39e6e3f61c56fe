import { rebuild, type Rebuilt } from '#domain/projection/rebuild.ts'
import { VIEW_NAMES, type ViewName } from '#domain/projection/views.ts'
import { openEventStore } from '#infrastructure/node/open-event-store.ts'
import { PostgresProjectionStatus } from '#infrastructure/postgres/postgres-projection-status.ts'
import { PostgresProjectionStore } from '#infrastructure/postgres/postgres-projection-store.ts'
import { PostgresShadowStore } from '#infrastructure/postgres/postgres-shadow-store.ts'
import { asAdministrator, type CliContext, configurationOf, Ended, EXIT, messageOf, withoutLogs } from './context.ts'
import { withPipeline, type Pipeline } from './pipeline.ts'
import { progressBar } from './progress.ts'
import { eventStoreSource, logSource, type RebuildSource, type Source } from './rebuild-source.ts'

export interface RebuildChoice {
  readonly tenant?: string
  readonly view?: readonly ViewName[]
  readonly from: 'log' | 'eventstore'
  readonly outdated?: boolean
  readonly withoutKeys?: boolean
  readonly json?: boolean
}

/** A tenant of which there is something to rebuild. */
interface Chosen extends Source {
  readonly views: readonly ViewName[]
}

/** What became of a tenant; `fault`: what was thrown, by which the other tenants are not held up. */
type Result = Rebuilt | { readonly kind: 'fault'; readonly error: string }

/** Rebuilds tenant after tenant; one that cannot be rebuilt keeps no other from it. */
export async function rebuildAll(context: CliContext, choice: RebuildChoice): Promise<void> {
  await withPipeline(context, async (pipeline) => {
    const store = choice.from === 'eventstore' ? openEventStore(configurationOf(asAdministrator(context))) : undefined
    if (choice.from === 'eventstore' && !store)
      throw new Ended(EXIT.usage, 'EVENTSTORE_URL is not set: there is no event store to rebuild from')
    try {
      const source = store ? eventStoreSource(store) : logSource(pipeline.writer, pipeline.outbox)
      await rebuildFrom(context, source, choice, pipeline)
    } finally {
      await store?.close()
    }
  })
}

async function rebuildFrom(
  context: CliContext,
  source: RebuildSource,
  choice: RebuildChoice,
  { configuration, session, writer, tools, names }: Pipeline,
): Promise<void> {
  const store = new PostgresProjectionStore(session)
  const projections = new PostgresProjectionStatus(session)
  const found = await source.tenants(choice.tenant)
  if (choice.tenant !== undefined && found.length === 0)
    throw new Ended(EXIT.usage, `there is no event of a tenant ${choice.tenant}`)
  if (choice.from === 'log' && found.length === 0) throw withoutLogs(configuration)

  const tenants: Chosen[] = []
  for (const tenant of found) {
    const views = (choice.outdated ? await projections.outdatedOf(tenant.tenantId) : VIEW_NAMES).filter(
      (name) => choice.view?.includes(name) ?? true,
    )
    if (views.length > 0) tenants.push({ ...tenant, views })
  }
  const progress = progressBar(
    context,
    tenants.reduce((sum, { events }) => sum + events, 0),
    choice.json === true,
  )
  let [done, failed] = [0, 0]
  for (const { tenantId, views } of tenants) {
    const options = {
      source: source.eventStore,
      store,
      shadow: new PostgresShadowStore(session),
      writer,
      ...(names && { names }),
      ...tools,
      withoutKeys: choice.withoutKeys === true,
    }
    const result = await rebuild(tenantId, views, options, (count) => progress.advance(count)).catch(
      (fault: unknown): Result => ({ kind: 'fault', error: messageOf(fault) }),
    )
    if (result.kind === 'rebuilt') done++
    else if (result.kind !== 'nothing') failed++
    if (choice.json) context.out(JSON.stringify({ tenantId, ...plain(result) }))
    else if (told(result) !== '') context.out(`${tenantId}: ${told(result)}`)
  }
  progress.end()
  if (failed > 0) throw new Ended(EXIT.found, `${failed} of ${tenants.length} tenants could not be rebuilt`)
  if (!choice.json) context.note(`${done} tenants rebuilt`)
}

/** A result without what no JSON can hold. */
const plain = (result: Result) =>
  result.kind === 'failed'
    ? {
        kind: result.kind,
        view: result.failure.view,
        position: result.failure.envelope.position,
        error: String(result.failure.fault),
      }
    : result

const KEYS_REMEDY = 'left as it is: --without-keys would leave personal fields empty'

function told(result: Result): string {
  if (result.kind === 'nothing') return 'there is no event of it'
  if (result.kind === 'fault') return result.error
  if (result.kind === 'busy') return 'another rebuild of it is under way'
  if (result.kind === 'broken') return `the source does not hold the log from position ${result.position} on`
  if (result.kind === 'elsewhere') return `its log and so its keys are not here; ${KEYS_REMEDY}`
  if (result.kind === 'keyless') return `the keys of ${result.subjects} people are not here; ${KEYS_REMEDY}`
  if (result.kind === 'rebuilt') return result.changed.length === 0 ? '' : `replaced ${result.changed.join(', ')}`
  const { view, envelope, fault } = result.failure
  return `${view} cannot fold the event at position ${envelope.position}: ${String(fault)}`
}
