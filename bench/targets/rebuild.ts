import { dirname, join } from 'node:path'
import { buildServer } from '../../tools/build.ts'
import { withClient } from '../../tools/postgres/provision.ts'
import { run } from '../../tools/run.ts'
import type { Measuring } from '../measure/measuring.ts'
import type { NotMeasured, Reading } from '../measure/reading.ts'
import type { ProductSide } from '../sides/product-side.ts'
import type { Side } from '../sides/side.ts'

/** The last line of progress that a rebuild tells. */
interface Progress {
  readonly events: number
  readonly total: number
  readonly perSecond: number
}

function lastProgress(output: string): Progress {
  const told = output.split('\n').findLast((line) => line.startsWith('{"progress"'))
  if (told === undefined) throw new Error(`the rebuild told no progress: ${output.slice(-500)}`)
  const { progress } = JSON.parse(told) as { progress: Progress } // as src/cli/progress.ts writes it
  if (progress.events !== progress.total)
    throw new Error(`the rebuild read ${progress.events} of ${progress.total} events`)
  return progress
}

/** Rebuilds all views of all tenants from the log, by the operators' own command. */
async function rebuildAll({ databaseUrl, dataDir }: ProductSide): Promise<Progress> {
  const { file } = await buildServer()
  const command = [join(dirname(file), 'acci.mjs'), 'projections', 'rebuild', '--json']
  const { code, output } = await run('env', [
    `DATABASE_URL=${databaseUrl}`,
    `ACCI_DATA_DIR=${dataDir}`,
    process.execPath,
    ...command,
  ])
  if (code !== 0) throw new Error(`the rebuild ended with ${code}: ${output.slice(-500)}`)
  return lastProgress(output)
}

/** Copies the log's own events into a table with the same key, as fast as PostgreSQL can. Returns events a second. */
async function copyAll(databaseUrl: string): Promise<number> {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ folder: string }>(`select current_setting('data_directory') as folder`)
    const file = `${rows[0]?.folder}/acci-bench-events.copy`
    await client.query(`copy tenant_log.event to '${file}'`)
    await client.query('create table public.copied (like tenant_log.event including all)')
    const began = performance.now()
    const { rowCount } = await client.query(`copy public.copied from '${file}'`)
    const seconds = (performance.now() - began) / 1_000
    await client.query('drop table public.copied')
    return (rowCount ?? Number.NaN) / seconds
  })
}

const EVENTS = 100_000

/**
 * Fills the product's log until rebuilding it takes a few seconds. Of a rebuild of a few thousand events most of the time goes by
 * while its code is still being compiled, which a COPY knows nothing of.
 */
export const fillLog = (measuring: Measuring, product: Side): Promise<void> =>
  measuring.fill(product, product.many, EVENTS)

const REBUILD_RATIO = 'rebuild, rate ÷ COPY'

/** Target 8: the views of all tenants folded anew from the log, beside a bare COPY of the same events. */
export async function rebuildSpeed(product: ProductSide): Promise<readonly (Reading | NotMeasured)[]> {
  const { perSecond } = await rebuildAll(product)
  const rate: Reading = {
    target: 8,
    what: 'rebuild, events a second',
    goal: { atLeast: 50_000 },
    value: perSecond,
    unit: '/s',
  }
  try {
    const copied = await copyAll(product.databaseUrl)
    return [rate, { target: 8, what: REBUILD_RATIO, goal: { atLeast: 0.4 }, value: perSecond / copied }]
  } catch (fault) {
    const notMeasured = `the server does not let us COPY from a file: ${fault instanceof Error ? fault.message : String(fault)}`
    return [rate, { target: 8, what: REBUILD_RATIO, notMeasured }]
  }
}
