/**
 * npm run bench:check: the targets of `npm run bench` that can be held to on a busy machine too, each at half, in a few minutes:
 * how many times more CPU time a peer takes for the same command, what a long history and a thousand tenants cost, how far read
 * models lag, and how fast they are rebuilt beside a COPY. Other rates and latencies are not checked: they are those of the
 * machine. Ends with 1 when one is missed in each of six rounds, or a side lost or doubled anything.
 */
import { provisionPostgres } from '../tools/postgres/provision.ts'
import { withContenders, type Field } from './contenders.ts'
import { Measuring } from './measure/measuring.ts'
import { findingsOf, reaches, type Finding, type Goal, type NotMeasured, type Reading } from './measure/reading.ts'
import { short } from './measure/statistics.ts'
import { accountLine, markdown } from './report.ts'
import { withProductAlone } from './product-alone.ts'
import { prepareServer } from './sides/database.ts'
import { hotAggregate, manyTenants } from './targets/commands.ts'
import { MODERATE, openLoopOf } from './targets/open-loop.ts'
import { fillLog, rebuildSpeed } from './targets/rebuild.ts'
import { longHistory, makeLong, THOUSAND_TENANTS, thousandTenants } from './targets/scaling.ts'

const ROUNDS = 6
const PACE = { seconds: 1.2, warmUp: 0.3 } as const
/** One more hot user than rounds: the last is the one with the long history. */
const POPULATION = { tenants: 8, usersPerTenant: 25, hot: ROUNDS + 1 } as const
const WARM = { seconds: 6, warmUp: 0.5 } as const
const CONNECTIONS = 16

/** What the product is held to. */
const half = (goal: Goal): Goal => ('atLeast' in goal ? { atLeast: goal.atLeast / 2 } : { atMost: goal.atMost * 2 })

const passes = (finding: Finding): boolean => finding.values.some((value) => reaches(value, half(finding.goal)))

const shown = (goal: Goal): string => ('atLeast' in goal ? `≥ ${short(goal.atLeast)}` : `≤ ${short(goal.atMost)}`)

/** A part of the check, and which of its readings hold on any machine. */
interface Part {
  readonly run: () => Promise<readonly (Reading | NotMeasured)[]>
  readonly holds: (reading: Reading) => boolean
}

const isCpuRatio = ({ unit, what }: Reading): boolean => unit === undefined && what.includes('CPU time')

function besidePeers(measuring: Measuring, field: Field): readonly Part[] {
  const { product } = field
  return [
    { run: () => manyTenants(measuring, field), holds: isCpuRatio },
    { run: hotAggregate(measuring, field, false), holds: isCpuRatio },
    { run: () => longHistory(measuring, product), holds: isCpuRatio },
    { run: () => openLoopOf(measuring, product, MODERATE), holds: ({ target }) => target === 8 },
  ]
}

/** Rounds over whatever has not passed yet: what holds once is no slower, however busy the machine was the other times. */
async function inRounds(parts: readonly Part[]): Promise<readonly Finding[]> {
  const measured = parts.map((part) => ({ ...part, readings: [] as Reading[] }))
  for (let round = 0; round < ROUNDS; round++) {
    for (const { run, holds, readings } of measured) {
      if (readings.length > 0 && findingsOf(readings).every((finding) => passes(finding))) continue
      const found = await run()
      readings.push(...found.filter((reading): reading is Reading => !('notMeasured' in reading) && holds(reading)))
    }
  }
  return measured.flatMap(({ readings }) => findingsOf(readings))
}

async function measure(measuring: Measuring, field: Field): Promise<readonly Finding[]> {
  const { product, emmett, nest, crud } = field
  for (const side of [product, emmett, nest, crud]) await measuring.drive(side, side.many, WARM, CONNECTIONS)
  await makeLong(measuring, product)
  const commands = await inRounds(besidePeers(measuring, field))
  // After the others, whom it would leave a database to measure in that is still busy with it.
  await fillLog(measuring, product)
  const rebuilds = await inRounds([{ run: () => rebuildSpeed(product), holds: ({ unit }) => unit === undefined }])
  return [...commands, ...rebuilds]
}

/** How long a command takes of a thousand tenants; the CPU time it costs is not at half. */
const measureManyTenants = (measuring: Measuring, serverUrl: string): Promise<readonly Finding[]> =>
  withProductAlone(serverUrl, { ...THOUSAND_TENANTS, warm: WARM }, measuring, (side) =>
    inRounds([{ run: () => thousandTenants(measuring, side), holds: ({ what }) => what.includes('p50') }]),
  )

async function check(serverUrl: string): Promise<boolean> {
  const measuring = new Measuring(PACE, await prepareServer(serverUrl))
  const besides = await withContenders(serverUrl, POPULATION, undefined, async (field) => {
    const measured = await measure(measuring, field)
    for (const side of [field.product, field.emmett, field.nest, field.crud]) await measuring.ledger.settle(side)
    return measured
  })
  if (besides.length === 0) throw new Error('not run: this machine does not tell the CPU time of processes')
  const findings = [...besides, ...(await measureManyTenants(measuring, serverUrl))]
  const rows = findings.map((finding) => {
    const { target, what, goal, values } = finding
    const best = 'atLeast' in goal ? Math.max(...values) : Math.min(...values)
    const verdict = passes(finding) ? 'holds' : 'MISSED'
    return [String(target), what, shown(goal), shown(half(goal)), short(best), verdict]
  })
  const { accounts } = measuring.ledger
  process.stdout.write(
    ['', markdown(HEAD, rows), '', ...accounts.map((account) => accountLine(account)), ''].join('\n'),
  )
  return findings.every((finding) => passes(finding)) && accounts.every(({ holds }) => holds)
}

const HEAD = [
  ['#', 'right'],
  ['what', 'left'],
  ['target', 'right'],
  ['held to', 'right'],
  ['best', 'right'],
  ['', 'left'],
] as const

const postgres = await provisionPostgres()
if ('notRun' in postgres) throw new Error(`not run: ${postgres.notRun}`)
try {
  if (!(await check(postgres.url))) process.exitCode = 1
} finally {
  await postgres.stop()
}
