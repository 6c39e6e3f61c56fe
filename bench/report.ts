import type { Account } from './measure/ledger.ts'
import type { Row } from './measure/measuring.ts'
import { isMet, type Finding, type NotMeasured } from './measure/reading.ts'
import { median, short, spread } from './measure/statistics.ts'

type Align = 'left' | 'right'

/** A Markdown table that is aligned in a terminal too. */
export function markdown(head: readonly (readonly [string, Align])[], body: readonly (readonly string[])[]): string {
  const rows = [head.map(([name]) => name), ...body]
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const isLeft = head.map(([, align]) => align === 'left')
  const line = (row: readonly string[]) => {
    const cells = row.map((cell, column) =>
      isLeft[column] ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    )
    return `| ${cells.join(' | ')} |`
  }
  const rule = widths.map((width, column) => (isLeft[column] ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`))
  const [first = [], ...rest] = rows.map((row) => line(row))
  return [first, `|${rule.join('|')}|`, ...rest].join('\n')
}

/** One line of the table of targets. */
function targetRow(finding: Finding | NotMeasured): readonly string[] {
  const { target, what } = finding
  if ('notMeasured' in finding) return [String(target), what, '', finding.notMeasured, 'not measured']
  const { goal, values, unit } = finding
  const of = unit === undefined ? '' : ` ${unit}`
  const wanted = 'atLeast' in goal ? `≥ ${goal.atLeast}${of}` : `≤ ${goal.atMost}${of}`
  return [String(target), what, wanted, `${spread(values)}${of}`, isMet(finding) ? 'met' : 'not met']
}

export function targetTable(findings: readonly (Finding | NotMeasured)[]): string {
  const sorted = findings.toSorted((a, b) => a.target - b.target)
  return markdown(
    [
      ['#', 'right'],
      ['what', 'left'],
      ['target', 'right'],
      ['measured', 'right'],
      ['', 'left'],
    ],
    sorted.map((finding) => targetRow(finding)),
  )
}

/** All cells, the median of the rounds of each figure on its own. */
export function cellTable(rows: readonly Row[]): string {
  const figure = (row: Row, name: 'p50' | 'p95' | 'p99' | 'sideMicros' | 'databaseMicros' | 'generatorMicros') =>
    short(median(row.runs.flatMap((run) => run[name] ?? [])))
  return markdown(
    [
      ['cell', 'left'],
      ['side', 'left'],
      ['per s', 'right'],
      ['p50 ms', 'right'],
      ['p95 ms', 'right'],
      ['p99 ms', 'right'],
      ['CPU µs side', 'right'],
      ['CPU µs Postgres', 'right'],
      ['CPU µs load', 'right'],
      ['refused', 'right'],
    ],
    rows
      .toSorted((a, b) => a.cell.localeCompare(b.cell, 'en'))
      .map((row) => [
        row.cell,
        row.side,
        spread(row.runs.map((run) => Math.round(run.perSecond))),
        figure(row, 'p50'),
        figure(row, 'p95'),
        figure(row, 'p99'),
        figure(row, 'sideMicros'),
        figure(row, 'databaseMicros'),
        figure(row, 'generatorMicros'),
        String(row.runs.reduce((sum, run) => sum + run.refused, 0)),
      ]),
  )
}

export const accountLine = ({ side, acknowledged, lost, written, holds }: Account): string =>
  `${side}: ${acknowledged} updates acknowledged, ${written} written${lost > 0 ? `, ${lost} without an answer` : ''}: ${holds ? 'holds' : 'DOES NOT HOLD'}`
