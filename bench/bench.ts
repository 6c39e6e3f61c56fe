/**
 * npm run bench: the speed targets of the project, each with what was measured of it in this run.
 *
 *     npm run bench -- --seconds 4 --rounds 3
 *
 *     --seconds 4         measured time of each cell, after --warm-up 1
 *     --rounds 3          rounds over all cells; tables show medians, and how far the rounds lie apart
 *     --only 1,2          these targets alone
 *     --profile <folder>  writes a CPU profile of the container there
 *     --json              everything, every round, as one JSON document
 *
 * The product does the main job beside three peers who do the same (bench/peers, installed from a lock of their own): HTTP
 * request, validation, append to PostgreSQL, read row, answer when it is durable. All are in one run, in turn, on one server
 * with the same durability. The product alone checks a token, a policy and an idempotency key, chains and seals its events and
 * keeps an audit trail. Product, peers, database and load share the machine: on two cores they take each other's time, so
 * trust the ratios and the CPU time a command, not the rates. At the end every side's database must hold exactly what the
 * side has acknowledged. Nothing here asserts a time.
 *
 * PostgreSQL: `TEST_DATABASE_URL`, else what the tests use (see tools/postgres/provision.ts).
 */
import { cpus, totalmem } from 'node:os'
import { provisionPostgres } from '../tools/postgres/provision.ts'
import { withContenders, type Field } from './contenders.ts'
import type { Account } from './measure/ledger.ts'
import { Measuring } from './measure/measuring.ts'
import { findingsOf, type Reading } from './measure/reading.ts'
import { parseOptions, type Options } from './options.ts'
import { accountLine, cellTable, targetTable } from './report.ts'
import { prepareServer } from './sides/database.ts'
import { hotAggregate, manyTenants, singleClient } from './targets/commands.ts'
import { openLoop } from './targets/open-loop.ts'

const say = (line: string): void => void process.stderr.write(`${line}\n`)

/** Eight tenants with a thousand users each, as the targets were set for. */
const POPULATION = { tenants: 8, usersPerTenant: 1_000 } as const

/** What each side is driven for before anything is measured, so that none is measured while it still compiles. */
const WARM = { seconds: 2, warmUp: 1 } as const

async function beside(options: Options, measuring: Measuring, field: Field): Promise<readonly Reading[]> {
  const hot = hotAggregate(measuring, field)
  const parts: readonly (readonly [number, () => Promise<readonly Reading[]>])[] = [
    [1, () => manyTenants(measuring, field)],
    [2, hot],
    [3, () => singleClient(measuring, field, field.hello)],
    [5, () => openLoop(measuring, field)],
  ]
  for (const side of [field.product, field.emmett, field.nest, field.crud]) await measuring.warm(side, WARM)
  const readings: Reading[] = []
  for (let round = 0; round < options.rounds; round++) {
    for (const [target, measure] of parts) if (options.only.includes(target)) readings.push(...(await measure()))
  }
  return readings
}

async function bench(options: Options, serverUrl: string): Promise<boolean> {
  const server = await prepareServer(serverUrl)
  const measuring = new Measuring(options, server)
  const population = { ...POPULATION, hot: options.rounds }
  let accounts: readonly Account[] = []
  const readings = await withContenders(serverUrl, population, options.profile, async (field) => {
    const measured = await beside(options, measuring, field)
    accounts = await measuring.ledger.accounts()
    return measured
  })
  const machine = {
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    postgres: server.settings,
  }
  const findings = findingsOf(readings)
  const rows = measuring.rows
  if (options.json) {
    process.stdout.write(
      `${JSON.stringify({ at: new Date().toISOString(), machine, options, findings, cells: rows, accounts }, null, 2)}\n`,
    )
  } else {
    const { server_version: version, fsync, synchronous_commit: commit } = server.settings
    process.stdout.write(
      [
        '',
        `${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.platform}, Node ${machine.node}, PostgreSQL ${version} (fsync ${fsync}, synchronous_commit ${commit})`,
        `${options.rounds} rounds of ${options.seconds} s a cell; all sides, database and load on the same machine`,
        '',
        targetTable(findings),
        '',
        cellTable(rows),
        '',
        ...accounts.map((account) => accountLine(account)),
        '',
      ].join('\n'),
    )
  }
  return accounts.every(({ holds }) => holds)
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2))
  const postgres = await provisionPostgres()
  if ('notRun' in postgres) throw new Error(`not run: ${postgres.notRun}`)
  try {
    if (!(await bench(options, postgres.url))) process.exitCode = 1
  } finally {
    await postgres.stop()
  }
}

try {
  await main()
} catch (error) {
  say(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
