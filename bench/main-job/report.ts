import type { Command } from './load.ts'
import type { Runtime } from './product.ts'

/** What one cell of the table is about. */
export interface Cell {
  /** `insert`: the plain insert that the others are compared with. */
  readonly side: 'insert' | Runtime
  readonly command: Command | 'insert'
  readonly tenants: number
  readonly connections: number
}

/** One run of a cell. Latencies in milliseconds, CPU times in microseconds an operation. */
export interface Run {
  readonly perSecond: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  /** Throughput, as a share of that of the plain insert of the same round. */
  readonly rateRatio: number
  /** Median latency, as a multiple of that of the plain insert of the same round. */
  readonly p50Ratio: number
  readonly productMicros?: number
  readonly databaseMicros?: number
  readonly generatorMicros: number
  /** Seconds after the load until the read models had followed. */
  readonly followedAfter?: number
}

export interface CellResult extends Cell {
  readonly runs: readonly Run[]
  /** The median of the runs, of each figure on its own. */
  readonly median: Run
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const FIGURES = [
  'perSecond',
  'p50',
  'p95',
  'p99',
  'rateRatio',
  'p50Ratio',
  'productMicros',
  'databaseMicros',
  'generatorMicros',
  'followedAfter',
] as const satisfies readonly (keyof Run)[]

/** A cell with the medians of its runs. */
export function cellResult(cell: Cell, runs: readonly Run[]): CellResult {
  const medians = FIGURES.flatMap((figure) => {
    const values = runs.flatMap((run) => run[figure] ?? [])
    return values.length === 0 ? [] : [[figure, median(values)] as const]
  })
  return { ...cell, runs, median: Object.fromEntries(medians) as unknown as Run } // every figure of a Run that its runs have
}

const whole = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(0))
const short = (value: number | undefined): string =>
  value === undefined ? '–' : value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)

/** A ratio, and how far its runs lie apart when there are several. */
function ratio(result: CellResult, figure: 'rateRatio' | 'p50Ratio'): string {
  if (result.side === 'insert') return '1'
  const values = result.runs.map((run) => run[figure]).toSorted((a, b) => a - b)
  const range = values.length > 1 ? ` (${short(values[0])}–${short(values.at(-1))})` : ''
  return `${short(result.median[figure])}${range}`
}

const HEAD = [
  'side',
  'command',
  'tenants',
  'connections',
  'per s',
  'p50 ms',
  'p95 ms',
  'p99 ms',
  'rate ÷ insert',
  'p50 ÷ insert',
  'CPU µs product',
  'CPU µs Postgres',
  'CPU µs load',
  'read models s',
]

function rowOf(result: CellResult): readonly string[] {
  const { side, command, tenants, connections, median: m } = result
  return [
    side === 'insert' ? 'plain insert' : side,
    side === 'insert' ? '' : command,
    side === 'insert' ? '' : String(tenants),
    String(connections),
    whole(m.perSecond),
    short(m.p50),
    short(m.p95),
    short(m.p99),
    ratio(result, 'rateRatio'),
    ratio(result, 'p50Ratio'),
    whole(m.productMicros),
    whole(m.databaseMicros),
    whole(m.generatorMicros),
    short(m.followedAfter),
  ]
}

/** The results as a Markdown table that is aligned in a terminal too. */
export function table(results: readonly CellResult[]): string {
  const rows = [HEAD, ...results.map(rowOf)]
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) => {
    const cells = row.map((cell, column) =>
      column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    )
    return `| ${cells.join(' | ')} |`
  }
  const rule = `|${widths.map((width, column) => (column < 2 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  const [head = [], ...body] = rows
  return [line(head), rule, ...body.map(line)].join('\n')
}
