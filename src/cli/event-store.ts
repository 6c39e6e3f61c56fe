import type { Command } from 'commander'
import { BY_AGGREGATE, BY_AGGREGATE_QUERY, SYSTEM_PROJECTIONS } from '#domain/event-store/by-aggregate-projection.ts'
import { installAccess } from '#domain/event-store/stream-access.ts'
import { verifyLog, type Verification } from '#domain/event-store/verify-log.ts'
import { outboxPages } from '#domain/forwarding/outbox-status.ts'
import type { FenceRelease, LiftedFence, OperatorOutbox, OutboxEntry } from '#domain/ports/outbox.ts'
import { openEventStore, type RemoteEventStore } from '#infrastructure/node/open-event-store.ts'
import { nodeCryptography } from '#infrastructure/shared/node-cryptography.ts'
import {
  asAdministrator,
  type CliContext,
  configurationOf,
  endUnanswered,
  Ended,
  EXIT,
  logOf,
  table,
  textOf,
  withoutLogs,
  withOutbox,
} from './context.ts'

interface Step {
  readonly step: string
  readonly result: string
  readonly ok: boolean
}

/** `acci eventstore …` */
export function eventStoreCommand(command: Command, context: CliContext): void {
  command
    .command('init')
    .description('prepare an EventStoreDB, as an administrator: access to streams, links by aggregate')
    .option('--reader <user...>', 'users who may read the streams beside the product')
    .option('--replace-access', 'replace rules of access that somebody else has set')
    .option('--json', 'for machines')
    .action(async (options: { reader?: string[]; replaceAccess?: boolean; json?: boolean }) => {
      const steps = await withStore(asAdministrator(context), (store) => prepare(store, context, options))
      if (options.json) context.out(JSON.stringify({ steps }))
      else for (const { step, result, ok } of steps) context.out(`${ok ? 'ok    ' : 'FAILED'}  ${step}: ${result}`)
      if (steps.some(({ ok }) => !ok)) throw new Ended(EXIT.found, 'the event store is not prepared')
    })
  command
    .command('verify')
    .description('compare logs and event store event by event, and check the chains of hashes')
    .option('--tenant <id>', 'this tenant alone')
    .option('--json', 'one JSON object a tenant, one a line')
    .action(async ({ tenant, json }: { tenant?: string; json?: boolean }) => {
      const differing = await verify(context, tenant, json === true)
      if (differing > 0) throw new Ended(EXIT.found, `${differing} of the logs verified differ`)
    })
  command
    .command('release')
    .description('lift the fence of a tenant whose stream holds its log again; it is remembered who did it and why')
    .argument('<tenant>', 'id of the tenant')
    .requiredOption('--reason <text>', 'why')
    .requiredOption('--by <name>', 'who decides it')
    .option('--json', 'for machines')
    .action(async (tenantId: string, { json, ...given }: { reason: string; by: string; json?: boolean }) => {
      const decided = { reason: textOf('--reason', given.reason), by: textOf('--by', given.by) }
      const { forwarded } = await release(context, tenantId, decided)
      if (json) context.out(JSON.stringify({ tenantId, forwarded, ...decided }))
      else context.out(`${tenantId} takes commands again; the event store holds ${forwarded} of its events`)
    })
  command
    .command('releases')
    .description('list the fences of a tenant that have been lifted: who did it, when and why')
    .argument('<tenant>', 'id of the tenant')
    .option('--json', 'for machines')
    .action(async (tenantId: string, { json }: { json?: boolean }) => {
      const configuration = configurationOf(context)
      const releases = await withOutbox(configuration, async (outbox) => {
        await logOf(outbox, tenantId, configuration)
        return outbox.releases(tenantId)
      })
      if (json) context.out(JSON.stringify({ tenantId, releases }))
      else if (releases.length === 0) context.out('no fence of it has been lifted')
      else context.out(table([RELEASED, ...releases.map((lifted) => releasedRow(lifted))]))
    })
}

const RELEASED = ['lifted', 'fence', 'stored', 'by', 'reason']

const releasedRow = ({ fence, forwarded, reason, by, liftedAt }: LiftedFence) => [
  liftedAt,
  `${fence.reason} at ${fence.position}`,
  String(forwarded),
  by,
  reason,
]

/** Lifts a fence where the store holds the log as far as it goes, and nothing else: what it lacks is sent again. */
async function release(
  context: CliContext,
  tenantId: string,
  { reason, by }: Pick<FenceRelease, 'reason' | 'by'>,
): Promise<FenceRelease> {
  const configuration = configurationOf(context)
  return withStore(context, (store) =>
    withOutbox(configuration, async (outbox) => {
      const entry = await logOf(outbox, tenantId, configuration)
      if (!entry.fence) throw new Ended(EXIT.usage, `${tenantId} is not fenced`)
      // As if nothing had been confirmed yet: what the store has lost is no reason to leave the tenant fenced.
      const found = await verifyOne(outbox, { ...entry, forwarded: 0 }, store)
      if (found.kind === 'differs') throw new Ended(EXIT.found, `${told(entry, found, true)}; the fence stays`)
      const lifted = { forwarded: found.stored, reason, by }
      if (!(await outbox.release(tenantId, entry.fence, lifted)))
        throw new Ended(EXIT.found, `${tenantId} was fenced anew meanwhile`)
      return lifted
    }),
  )
}

async function withStore<Result>(
  context: CliContext,
  work: (store: RemoteEventStore) => Promise<Result>,
): Promise<Result> {
  const store = openEventStore(configurationOf(context))
  if (!store) throw new Ended(EXIT.usage, 'EVENTSTORE_URL is not set: the tenants’ logs are the event store')
  try {
    const { status, detail } = await store.health()
    if (status === 'down')
      throw new Ended(EXIT.unavailable, `the event store does not answer: ${detail ?? 'no reason given'}`)
    return await work(store)
  } finally {
    await store.close()
  }
}

async function prepare(
  store: RemoteEventStore,
  { environment }: CliContext,
  { reader = [], replaceAccess = false }: { readonly reader?: readonly string[]; readonly replaceAccess?: boolean },
): Promise<readonly Step[]> {
  const steps: Step[] = []
  for (const name of SYSTEM_PROJECTIONS) {
    const result = await store.administration.enableProjection(name)
    steps.push({ step: `projection ${name}`, result: TOLD[result], ok: result === 'enabled' })
  }
  const installed = await store.administration.installProjection(BY_AGGREGATE, BY_AGGREGATE_QUERY)
  const ok = installed !== 'accessDenied' && installed !== 'notOffered'
  steps.push({ step: `projection ${BY_AGGREGATE}`, result: TOLD[installed], ok })
  // Without a user of its own the product writes as nobody: rules would lock it out.
  const writer = environment['EVENTSTORE_USERNAME']
  if (writer === undefined)
    return [...steps, { step: 'access to streams', result: 'left as it is: EVENTSTORE_USERNAME is not set', ok: true }]
  const access = await installAccess(store, { writer, readers: reader }, replaceAccess)
  const result =
    access.kind === 'failed'
      ? access.cause
      : access.kind === 'otherRules'
        ? `other rules are set, which --replace-access would replace: ${JSON.stringify(access.rules)}`
        : TOLD[access.kind]
  return [...steps, { step: 'access to streams', result, ok: access.kind === 'written' || access.kind === 'unchanged' }]
}

const TOLD = {
  enabled: 'runs',
  created: 'created, runs',
  updated: 'brought up to date, runs',
  unchanged: 'as it should be',
  written: 'set',
  accessDenied: 'refused: EVENTSTORE_ADMIN_USERNAME and _PASSWORD must be an administrator’s',
  notOffered: 'the server runs no projections (start it with --run-projections=all)',
} as const

/** Returns how many logs differ. */
async function verify(context: CliContext, only: string | undefined, json: boolean): Promise<number> {
  const configuration = configurationOf(context)
  return withOutbox(configuration, async (outbox) => {
    const store = openEventStore(configuration)
    let [differing, count] = [0, 0]
    const unanswered: string[] = []
    const verifyAll = async (entries: readonly OutboxEntry[]) => {
      for (const entry of entries) {
        const found = await verifyOne(outbox, entry, store)
        if (found.kind === 'differs') differing++
        count++
        if (json) context.out(JSON.stringify({ tenantId: entry.tenantId, ...found }))
        else if (found.kind === 'differs' || only !== undefined) context.out(told(entry, found, store !== undefined))
      }
    }
    try {
      if (only !== undefined) await verifyAll([await logOf(outbox, only, configuration)])
      else
        for await (const page of outboxPages(outbox)) {
          unanswered.push(...page.unanswered)
          await verifyAll(page.entries)
        }
    } finally {
      await store?.close()
    }
    if (count + unanswered.length === 0) throw withoutLogs(configuration)
    if (!json) context.note(`${count} verified, ${differing} differ`)
    // What differs has been said already, and counts for less than not knowing.
    endUnanswered(unanswered)
    return differing
  })
}

function verifyOne(
  outbox: OperatorOutbox,
  entry: OutboxEntry,
  store: RemoteEventStore | undefined,
): Promise<Verification> {
  const { tenantId, position, hash, forwarded } = entry
  const read = (after: number, limit: number) => outbox.events(tenantId, after, limit)
  const head = { position, hash }
  const readHead = async () => (await outbox.tenant(tenantId)) ?? head
  return verifyLog({ tenantId, head, readHead, forwarded, read }, store, nodeCryptography)
}

const told = ({ tenantId }: OutboxEntry, found: Verification, compared: boolean): string =>
  found.kind === 'differs'
    ? `${tenantId}: differs at position ${found.position}: ${found.difference}`
    : `${tenantId}: ${found.position} events, whole${compared ? `; ${found.stored} of them in the event store` : ''}`
