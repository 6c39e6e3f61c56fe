import type { Observed } from './loops.ts'
import type { LoadOrder, Measured } from './order.ts'

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

/** Keeps what a load has seen. */
export class Observations {
  readonly #order: LoadOrder
  readonly #from: number
  readonly until: number
  readonly latencies: number[] = []
  readonly lateness: number[] = []
  readonly count = { ended: 0, refused: 0, acknowledged: 0, lost: 0 }
  #lastRefusal = 'nothing'

  constructor(order: LoadOrder) {
    this.#order = order
    this.#from = performance.now() + order.warmUpMs
    this.until = this.#from + order.measureMs
  }

  add(operation: Observed): void {
    const { due, ready, done, ending } = operation
    if (ending.kind === 'acknowledged') this.count.acknowledged += 1
    if (ending.kind === 'lost') this.count.lost += 1
    if (!this.#counts(operation)) return
    // Who was refused without an answer has waited all the same: leaving that out would flatter whoever is slowest.
    if (ending.kind !== 'acknowledged') {
      this.count.refused += 1
      this.#lastRefusal = ending.why
      if (this.#order.arrivals.kind === 'closed') return
    }
    if (ending.kind === 'acknowledged' && done < this.until) this.count.ended += 1
    this.latencies.push(done - due)
    this.lateness.push(ready - due)
  }

  /** A closed loop counts what ended within the measured time, an open one what was due in it. */
  #counts({ due, done }: Observed): boolean {
    return this.#order.arrivals.kind === 'closed' ? done >= this.#from && done < this.until : due >= this.#from
  }

  /** @param micros CPU time of this process within the measured time */
  measured(micros: number, positions: Measured['positions']): Measured {
    const { latencies, lateness } = this
    const { ended, refused, acknowledged, lost } = this.count
    if (latencies.length === 0)
      throw new Error(`nothing was answered within the measured time; refused: ${this.#lastRefusal}`)
    latencies.sort((a, b) => a - b)
    lateness.sort((a, b) => a - b)
    return {
      count: ended,
      refused,
      perSecond: (ended * 1_000) / this.#order.measureMs,
      p50: percentile(latencies, 0.5),
      p95: percentile(latencies, 0.95),
      p99: percentile(latencies, 0.99),
      ...(ended > 0 && { generatorMicros: micros / ended }),
      lateP95: percentile(lateness, 0.95),
      lateMax: percentile(lateness, 1),
      acknowledged,
      lost,
      positions,
    }
  }
}
