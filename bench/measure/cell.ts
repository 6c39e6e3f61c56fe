import { runLoad } from '../load/run-load.ts'
import type { Arrivals, Measured, Work } from '../load/order.ts'
import { cpuTime } from './cpu-time.ts'

/** Measured time of a cell and the time before it, seconds. */
export interface Pace {
  readonly seconds: number
  readonly warmUp: number
}

/** First processes whose CPU time, with that of their descendants, is charged to the cell. */
export interface Charged {
  readonly side?: number | undefined
  readonly database?: number | undefined
}

/** What a load saw, and what an operation cost the others, in microseconds of CPU time where the machine tells it. */
export interface Run extends Measured {
  readonly sideMicros?: number
  readonly databaseMicros?: number
}

/** Drives one load for one cell of a table. */
export async function measureCell(pace: Pace, work: Work, arrivals: Arrivals, charged: Charged): Promise<Run> {
  const samples: (readonly (number | undefined)[])[] = []
  const order = { work, arrivals, warmUpMs: pace.warmUp * 1_000, measureMs: pace.seconds * 1_000 }
  const measured = await runLoad(order, () =>
    samples.push([charged.side, charged.database].map((pid) => (pid === undefined ? undefined : cpuTime(pid)))),
  )
  const cost = (index: number): number | undefined => {
    const [before, after] = samples.map((sample) => sample[index])
    return before === undefined || after === undefined || measured.count === 0
      ? undefined
      : (after - before) / measured.count
  }
  const [side, database] = [cost(0), cost(1)]
  return {
    ...measured,
    ...(side !== undefined && { sideMicros: side }),
    ...(database !== undefined && { databaseMicros: database }),
  }
}
