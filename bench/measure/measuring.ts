import type { Arrivals, UserTarget, Work } from '../load/order.ts'
import type { BenchServer } from '../sides/database.ts'
import type { Side } from '../sides/side.ts'
import { measureCell, type Pace, type Run } from './cell.ts'
import { Ledger } from './ledger.ts'
import { short } from './statistics.ts'

/** The runs of one side in one cell. */
export interface Row {
  readonly cell: string
  readonly side: string
  readonly runs: Run[]
}

const FILL = { seconds: 4, warmUp: 0.1 } as const
const FILL_CONNECTIONS = 64

const say = (line: string): void => void process.stderr.write(`${line}\n`)

/** Runs the cells of a bench one after the other, and keeps what they have shown and what was acknowledged. */
export class Measuring {
  readonly pace: Pace
  readonly server: BenchServer
  readonly ledger = new Ledger()
  readonly #rows = new Map<string, Row>()

  constructor(pace: Pace, server: BenchServer) {
    this.pace = pace
    this.server = server
  }

  get rows(): readonly Row[] {
    return [...this.#rows.values()]
  }

  /**
   * Drives a side with nothing measured of it: so that it has compiled what it runs, or holds as much as a cell needs.
   * Returns how many updates it has acknowledged.
   */
  async drive(side: Side, users: readonly UserTarget[], pace: Pace, connections: number): Promise<number> {
    const work = { kind: 'update', url: side.url, users } as const
    const run = await measureCell(pace, work, { kind: 'closed', connections }, {})
    this.ledger.add(side, run)
    await side.settle(run)
    return run.acknowledged
  }

  /** Drives a side until it has acknowledged so many updates. */
  async fill(side: Side, users: readonly UserTarget[], updates: number): Promise<void> {
    for (let acknowledged = 0; acknowledged < updates;)
      acknowledged += await this.drive(side, users, FILL, FILL_CONNECTIONS)
  }

  /** Updates of users drawn by chance. */
  update(cell: string, side: Side, users: readonly UserTarget[], arrivals: Arrivals): Promise<Run> {
    return this.command(cell, side, { kind: 'update', url: side.url, users }, arrivals)
  }

  /** Commands to a side, and what they leave to be done. */
  async command(cell: string, side: Side, work: Work, arrivals: Arrivals): Promise<Run> {
    const run = await this.#run(cell, side.name, work, arrivals, side.pid)
    if (work.kind === 'update') this.ledger.add(side, run)
    await side.settle(run)
    return run
  }

  /** What is under every command: a plain insert, or HTTP without work. */
  floor(cell: string, name: string, work: Work, arrivals: Arrivals): Promise<Run> {
    return this.#run(cell, name, work, arrivals, undefined)
  }

  async #run(cell: string, side: string, work: Work, arrivals: Arrivals, pid: number | undefined): Promise<Run> {
    const run = await measureCell(this.pace, work, arrivals, { side: pid, database: this.server.pid })
    const key = JSON.stringify([cell, side])
    const row = this.#rows.get(key) ?? { cell, side, runs: [] }
    row.runs.push(run)
    this.#rows.set(key, row)
    const refused = run.refused > 0 ? `, ${run.refused} refused` : ''
    say(`${cell}, ${side}: ${run.perSecond.toFixed(0)}/s, p95 ${short(run.p95)} ms${refused}`)
    return run
  }
}
