/**
 * npm run bench: the speed targets of the project, each with what was measured of it in this run.
 *
 *     npm run bench -- --seconds 2 --rounds 5
 *
 *     --seconds 2         measured time of each cell, after --warm-up 0.5
 *     --rounds 5          rounds over all cells; tables show medians, and how far the rounds lie apart
 *     --only 1,2          these targets alone
 *     --users 1000        users of each of the eight tenants
 *     --profile <folder>  writes a CPU profile of the product there, start and preparation included: take few users, and one
 *                         target alone
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
import { Measuring } from './measure/measuring.ts'
import { findingsOf } from './measure/reading.ts'
import { parseOptions, type Options } from './options.ts'
import { accountLine, cellTable, targetTable } from './report.ts'
import { measureTargets } from './plan.ts'
import { prepareServer } from './sides/database.ts'

const say = (line: string): void => void process.stderr.write(`${line}\n`)

async function bench(options: Options, serverUrl: string): Promise<boolean> {
  const server = await prepareServer(serverUrl)
  const measuring = new Measuring(options, server)
  const findings = findingsOf(await measureTargets(options, serverUrl, measuring))
  const machine = {
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    postgres: server.settings,
  }
  const { rows, ledger } = measuring
  const { accounts } = ledger
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
