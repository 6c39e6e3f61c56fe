import type { FaultRow } from './fault-row.ts'

/** What a run was made on, as the page says it. */
export interface RunAbout {
  readonly date: string
  readonly machine: string
  readonly command: string
  /** Faults that could not be made there, and why. */
  readonly notRun: readonly string[]
}

const seconds = (milliseconds: number | undefined): string =>
  milliseconds === undefined ? '–' : `${(milliseconds / 1_000).toFixed(1)} s`

/** `201 × 140, 503 × 12, none × 3`: answers with a status, and requests without any. */
const seenOf = ({ seen }: FaultRow): string =>
  Object.entries(seen)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([status, count]) => `${status === 'none' ? 'no answer' : status} × ${count}`)
    .join(', ')

const longest = (one: number | undefined, other: number | undefined) =>
  one === undefined || other === undefined ? (one ?? other) : Math.max(one, other)

const sum = (one: number | undefined, other: number | undefined) =>
  one === undefined || other === undefined ? (one ?? other) : one + other

/** Rows of the same fault on the same runtime as one: counts add up, of times the longest is told. */
export function mergedRows(rows: readonly FaultRow[]): readonly FaultRow[] {
  const merged = new Map<string, FaultRow>()
  for (const row of rows) {
    const key = JSON.stringify([row.fault, row.runtime])
    const before = merged.get(key)
    merged.set(key, before ? addedUp(before, row) : row)
  }
  return [...merged.values()].toSorted((one, other) =>
    one.fault === other.fault ? (one.runtime < other.runtime ? -1 : 1) : one.fault < other.fault ? -1 : 1,
  )
}

function addedUp(one: FaultRow, other: FaultRow): FaultRow {
  const { fault, runtime } = one
  const statuses = [...new Set([...Object.keys(one.seen), ...Object.keys(other.seen)])]
  const withoutCommand = longest(one.withoutCommand, other.withoutCommand)
  const withoutRead = longest(one.withoutRead, other.withoutRead)
  const deferred = sum(one.deferred, other.deferred)
  const notes = new Set([one.note, other.note].filter((note) => note !== undefined))
  return {
    fault,
    runtime,
    acknowledged: one.acknowledged + other.acknowledged,
    ...(deferred !== undefined && { deferred }),
    lost: one.lost + other.lost,
    doubled: one.doubled + other.doubled,
    seen: Object.fromEntries(statuses.map((status) => [status, (one.seen[status] ?? 0) + (other.seen[status] ?? 0)])),
    ...(withoutCommand !== undefined && { withoutCommand }),
    ...(withoutRead !== undefined && { withoutRead }),
    normalAfter: Math.max(one.normalAfter, other.normalAfter),
    times: (one.times ?? 1) + (other.times ?? 1),
    ...(notes.size > 0 && { note: [...notes].join('; ') }),
  }
}

const HEAD = [
  'fault',
  'runtime',
  'times',
  'acknowledged',
  'of them later',
  'lost',
  'doubled',
  'clients saw',
  'no command for',
  'no read for',
  'normal after',
  'besides',
] as const

const cellsOf = (row: FaultRow): readonly string[] => [
  row.fault,
  row.runtime,
  String(row.times ?? 1),
  String(row.acknowledged),
  String(row.deferred ?? '–'),
  String(row.lost),
  String(row.doubled),
  seenOf(row),
  seconds(row.withoutCommand),
  seconds(row.withoutRead),
  seconds(row.normalAfter),
  row.note ?? '',
]

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

/** doc/architecture/faults.md, whole. */
export function faultsPage(rows: readonly FaultRow[], { date, machine, command, notRun }: RunAbout): string {
  const table = [line(HEAD), line(HEAD.map(() => '---')), ...mergedRows(rows).map((row) => line(cellsOf(row)))]
  const unrun = notRun.length === 0 ? [] : ['', '## Not run', '', ...notRun.map((why) => `- ${why}`)]
  return `# Faults

Written by \`${command}\` on ${date}: ${machine}. Do not edit; run it again (\`doc/development\`).

Each row is one fault over one runtime with its real parts, while clients work: they register, rename and deactivate users,
send again what got no answer or a 5xx, with the same \`Idempotency-Key\`, and others read. After it each tenant's log is read.
A row stands here only if all of this held: every acknowledged command is in the log once, with the events and at the position
its answer named, and there is nothing else; the chain of hashes is whole; a repeated request is answered as it was; what was
accepted to be answered later (\`Prefer: respond-async\`) came to one end, with success, and to no other; the views, as they are
served and (over PostgreSQL) as they are stored, equal a fold of the log; an event store that was attached holds each tenant's
log, event by event, and nothing else; no request hung; every 5xx was a problem document, and every 503 said when to come back;
and nobody had to do anything to the product but to end the fault.

${table.join('\n')}
${unrun.join('\n')}
"Clients saw" counts answers by status, and requests that ended without one. "No command for" and "no read for" are the longest
times in which none succeeded, the fault itself included; "normal after" is the time from the end of the fault until both
succeed again. Runtimes, databases and clients share the machine, so these times are what was seen, not bounds. After kill -9,
"normal after" is the time from a new start until the product is ready.

## Tried elsewhere

- Wake-ups and deferred commands that are lost, doubled, late and out of order; event stores that lose answers; replicas whose
  clocks differ by an hour; a database that has lost its last projections: 10,000 histories of \`test/simulation\`.
- kill -9 under clients that compete for addresses, seats and versions, and read: every answer is explained by one order, no
  read with a Consistency-Token is older than it, and none is of two states: \`test/e2e/linearizability-*\`.
- A clock that goes back under a running edge: a running workerd does not let the time of a Durable Object go back, and the object
  may stand still until its time has come again or it is started anew. The row starts workerd anew with each change of the clock.
- RabbitMQ that is full or refuses messages, and dead letters: \`test/infrastructure/rabbitmq\`. A Redis that refuses its password,
  and what caches hold back: \`test/e2e/read-cache.node.test.ts\`.
`
}
