/**
 * npm run bench: what one command costs over HTTP, from the request to its durable commit, on both runtimes, beside a plain
 * insert into the same PostgreSQL in the same run.
 *
 *     npm run bench -- --seconds 5 --rounds 3 --connections 1,16,64
 *
 *     --seconds 5               measured time of each cell, after --warm-up 2
 *     --rounds 1                rounds over all cells; the table shows medians, and ratios with their range
 *     --connections 16          requests under way at a time: each connection sends its next when the last is answered
 *     --tenants 50              how many "many tenants" are; the hot tenant is one of them
 *     --runtime container,edge  --command register,update
 *     --profile <folder>        writes a CPU profile of the container there
 *     --json                    everything, every round, as one JSON document
 *
 * Every command carries an Idempotency-Key and the token of its tenant's admin. `register` registers and invites a user (two
 * events), `update` changes a user's name (one event). The plain insert writes one row of 1,000 bytes in a transaction of its
 * own. Product, database and load share the machine: on two cores they take each other's time, so trust the ratios and the
 * CPU time a command, not the rates. The load runs in a process of its own, and its CPU time is shown too. After each cell the
 * run waits until the read models have followed. Nothing here asserts a time.
 *
 * PostgreSQL: `TEST_DATABASE_URL`, else what the tests use (see tools/postgres/provision.ts).
 */
import { cpus, totalmem } from 'node:os'
import { provisionPostgres } from '../tools/postgres/provision.ts'
import { cpuTime } from './main-job/cpu-time.ts'
import { makeDatabase, prepareServer, type BenchServer } from './main-job/database.ts'
import { runLoad, type Measured, type TenantTarget, type Work } from './main-job/load.ts'
import { parseOptions, type Options } from './main-job/options.ts'
import { startProduct, type Product, type Runtime } from './main-job/product.ts'
import { untilFollowed } from './main-job/read-models.ts'
import { cellResult, table, type Cell, type Run } from './main-job/report.ts'
import { makeTenants } from './main-job/tenants.ts'

/** A runtime that is ready for its load. */
interface Side {
  readonly product: Product
  readonly databaseUrl: string
  readonly tenants: readonly TenantTarget[]
}

/** What a load saw, and what it cost the others. */
interface Observed extends Measured {
  readonly productMicros?: number
  readonly databaseMicros?: number
}

const say = (line: string): void => void process.stderr.write(`${line}\n`)

async function observe(
  { seconds, warmUp }: Options,
  work: Work,
  connections: number,
  pids: { readonly product?: number | undefined; readonly database?: number | undefined },
): Promise<Observed> {
  const samples: (readonly (number | undefined)[])[] = []
  const measured = await runLoad({ work, connections, warmUpMs: warmUp * 1_000, measureMs: seconds * 1_000 }, () =>
    samples.push([pids.product, pids.database].map((pid) => (pid === undefined ? undefined : cpuTime(pid)))),
  )
  const cost = (index: number): number | undefined => {
    const [before, after] = samples.map((sample) => sample[index])
    return before === undefined || after === undefined ? undefined : (after - before) / measured.count
  }
  const [product, database] = [cost(0), cost(1)]
  return {
    ...measured,
    ...(product !== undefined && { productMicros: product }),
    ...(database !== undefined && { databaseMicros: database }),
  }
}

/** The figures of a cell beside those of the plain insert of its round. */
function runOf({ positions: _positions, count: _count, ...figures }: Observed, insert: Measured): Run {
  return { ...figures, rateRatio: figures.perSecond / insert.perSecond, p50Ratio: figures.p50 / insert.p50 }
}

class Results {
  readonly #runs = new Map<string, { readonly cell: Cell; readonly runs: Run[] }>()

  add(cell: Cell, run: Run): void {
    const key = JSON.stringify(cell)
    const entry = this.#runs.get(key) ?? { cell, runs: [] }
    entry.runs.push(run)
    this.#runs.set(key, entry)
    const { side, command, tenants, connections } = cell
    say(`${side} ${command}, tenants ${tenants}, connections ${connections}: ${run.perSecond.toFixed(0)}/s`)
  }

  list() {
    return [...this.#runs.values()].map(({ cell, runs }) => cellResult(cell, runs))
  }
}

/** All cells once, each beside the plain insert with as many connections. */
async function round(options: Options, server: BenchServer, sides: readonly Side[], results: Results): Promise<void> {
  for (const connections of options.connections) {
    const plain: Work = { kind: 'insert', databaseUrl: server.insertUrl }
    const insert = await observe(options, plain, connections, { database: server.pid })
    results.add({ side: 'insert', command: 'insert', tenants: 0, connections }, runOf(insert, insert))
    for (const command of options.commands) {
      for (const tenants of new Set([1, options.tenants])) {
        for (const side of sides) {
          const { url, pid, runtime } = side.product
          const work: Work = { kind: 'command', url, command, tenants: side.tenants.slice(0, tenants) }
          const observed = await observe(options, work, connections, { product: pid, database: server.pid })
          const followedAfter = await untilFollowed(side.databaseUrl, observed.positions)
          results.add({ side: runtime, command, tenants, connections }, { ...runOf(observed, insert), followedAfter })
        }
      }
    }
  }
}

async function prepare(options: Options, serverUrl: string, runtime: Runtime): Promise<Side> {
  const databaseUrl = await makeDatabase(serverUrl, runtime)
  say(`starting the ${runtime}`)
  const { profile } = options
  const product = await startProduct(runtime, { databaseUrl, ...(profile !== undefined && { profileTo: profile }) })
  try {
    say(`making ${options.tenants} tenants there`)
    const tenants = await makeTenants(product, options.tenants, Math.max(...options.connections))
    return { product, databaseUrl, tenants }
  } catch (error) {
    await product.stop()
    throw error
  }
}

async function bench(options: Options, serverUrl: string): Promise<void> {
  const server = await prepareServer(serverUrl)
  const sides: Side[] = []
  const results = new Results()
  try {
    for (const runtime of options.runtimes) sides.push(await prepare(options, serverUrl, runtime))
    for (let index = 0; index < options.rounds; index++) await round(options, server, sides, results)
  } finally {
    for (const { product } of sides) await product.stop()
  }
  const machine = {
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    postgres: server.settings,
  }
  const list = results.list()
  if (options.json) {
    process.stdout.write(
      `${JSON.stringify({ at: new Date().toISOString(), machine, options, results: list }, null, 2)}\n`,
    )
    return
  }
  const { server_version: version, fsync, synchronous_commit: commit } = server.settings
  process.stdout.write(
    [
      '',
      `${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.platform}, Node ${machine.node}, PostgreSQL ${version} (fsync ${fsync}, synchronous_commit ${commit})`,
      `${options.rounds} × ${options.seconds} s a cell; product, database and load on the same machine`,
      '',
      table(list),
      '',
    ].join('\n'),
  )
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2))
  const postgres = await provisionPostgres()
  if ('notRun' in postgres) throw new Error(`not run: ${postgres.notRun}`)
  try {
    await bench(options, postgres.url)
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
