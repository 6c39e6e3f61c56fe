import { Argument, Option, type Command } from 'commander'
import type { Halt } from '#domain/ports/projection-store.ts'
import { VIEW_NAMES, type ViewName } from '#domain/projection/views.ts'
import {
  PostgresProjectionStatus,
  type HaltedView,
  type SkippedBy,
} from '#infrastructure/postgres/postgres-projection-status.ts'
import { PostgresProjectionStore } from '#infrastructure/postgres/postgres-projection-store.ts'
import {
  configurationOf,
  countOf,
  Ended,
  EXIT,
  logOf,
  table,
  textOf,
  withDatabase,
  type CliContext,
} from './context.ts'
import { withPipeline } from './pipeline.ts'
import { rebuildAll, type RebuildChoice } from './rebuild.ts'

const LISTED = 1_000

/** `acci projections …` */
export function projectionsCommand(command: Command, context: CliContext): void {
  const view = () => new Argument('<view>', 'name of the view').choices(VIEW_NAMES)
  command
    .command('status')
    .description('list views that stand still, what has to be rebuilt, and what views leave out')
    .option('--json', 'for machines')
    .action(async ({ json }: { json?: boolean }) => showStatus(context, json === true))
  command
    .command('retry')
    .description('have a view that stands still try again, and catch up')
    .argument('<tenant>', 'id of the tenant')
    .addArgument(view())
    .option('--json', 'for machines')
    .action(async (tenantId: string, name: ViewName, { json }: { json?: boolean }) =>
      withPipeline(context, async ({ configuration, outbox, retry }) => {
        await logOf(outbox, tenantId, configuration)
        const halt = await retry(tenantId, name)
        if (json) tellStanding(context, tenantId, name, halt)
        if (halt) throw new Ended(EXIT.found, `${name} still stands at position ${halt.position}: ${halt.error}`)
        if (!json) context.out(`${name} follows`)
      }),
    )
  command
    .command('skip')
    .description('have a view leave out the event it stands at, and catch up; it is remembered who did it and why')
    .argument('<tenant>', 'id of the tenant')
    .addArgument(view())
    .argument('<position>', 'of the event it stands at')
    .requiredOption('--reason <text>', 'why')
    .requiredOption('--by <name>', 'who decides it')
    .option('--json', 'for machines')
    .action(
      async (
        tenantId: string,
        name: ViewName,
        position: string,
        { reason, by, json }: { reason: string; by: string; json?: boolean },
      ) =>
        skip(
          context,
          tenantId,
          {
            view: name,
            position: countOf('<position>', position),
            reason: textOf('--reason', reason),
            by: textOf('--by', by),
          },
          json === true,
        ),
    )
  command
    .command('rebuild')
    .description('fold views anew beside the live ones, and swap them in')
    .option('--tenant <id>', 'of this tenant alone')
    .addOption(new Option('--view <view...>', 'these views alone').choices(VIEW_NAMES))
    .addOption(
      new Option('--from <source>', 'where events are read from').choices(['log', 'eventstore']).default('log'),
    )
    .option('--outdated', 'only what another version of the product has made')
    .option(
      '--without-keys',
      'also tenants whose keys are not all in this database: personal fields (names, addresses) without a key stay empty',
    )
    .option('--json', 'progress and results, one JSON object a line')
    .action((choice: RebuildChoice) => rebuildAll(context, choice))
}

/** Tells machines whether a view that has tried again follows, or where it stands. */
function tellStanding({ out }: CliContext, tenantId: string, view: ViewName, halt: Halt | undefined): void {
  const standing = halt ? { kind: 'halted', position: halt.position, error: halt.error } : { kind: 'follows' }
  out(JSON.stringify({ tenantId, view, ...standing }))
}

async function showStatus(context: CliContext, json: boolean): Promise<void> {
  const found = await withDatabase(configurationOf(context), async (session) => {
    const projections = new PostgresProjectionStatus(session)
    return {
      halted: await projections.halted(LISTED),
      outdated: await projections.outdated(),
      skipped: await projections.skipped(LISTED),
    }
  })
  if (json) {
    context.out(JSON.stringify(found))
  } else {
    const { halted, outdated, skipped } = found
    if (halted.length > 0) context.out(table([HALTED, ...halted.map((view) => haltedRow(view))]))
    for (const [name, count] of Object.entries(outdated))
      context.out(`${name}: of another version for ${count} tenants; run “acci projections rebuild --outdated”`)
    if (halted.length === 0 && Object.keys(outdated).length === 0) context.out('all views follow')
    if (skipped.length > 0) context.out(`left out:\n${table([SKIPPED, ...skipped.map((event) => skippedRow(event))])}`)
  }
  if (found.halted.length > 0) throw new Ended(EXIT.found, `${found.halted.length} views stand still`)
}

const EVENT = ['tenant', 'view', 'position', 'event']
const HALTED = [...EVENT, 'since', 'tries', 'error']
const SKIPPED = [...EVENT, 'when', 'by', 'reason']

const eventCells = ({ tenantId, view, position, eventType }: HaltedView | SkippedBy) => [
  tenantId,
  view,
  String(position),
  eventType,
]

const haltedRow = (halted: HaltedView) => [
  ...eventCells(halted),
  halted.haltedAt,
  String(halted.attempts),
  halted.error,
]

const skippedRow = (skipped: SkippedBy) => [...eventCells(skipped), skipped.skippedAt, skipped.by, skipped.reason]

async function skip(
  context: CliContext,
  tenantId: string,
  skipped: { readonly view: ViewName; readonly position: number; readonly reason: string; readonly by: string },
  json: boolean,
): Promise<void> {
  await withPipeline(context, async ({ configuration, session, outbox, retry }) => {
    const { view, position } = skipped
    await logOf(outbox, tenantId, configuration)
    if (!(await new PostgresProjectionStore(session).skip(tenantId, skipped)))
      throw new Ended(EXIT.usage, `${view} does not stand at position ${position}: see “acci projections status”`)
    const halt = await retry(tenantId, view)
    if (json) tellStanding(context, tenantId, view, halt)
    if (halt) throw new Ended(EXIT.found, `${view} stands still again, at position ${halt.position}: ${halt.error}`)
    if (!json) context.out(`${view} leaves out the event at position ${position}, and follows`)
  })
}
