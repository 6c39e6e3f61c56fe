import type { Measuring } from '../measure/measuring.ts'
import type { Reading } from '../measure/reading.ts'
import type { ProductSide } from '../sides/product-side.ts'
import { open, type Contenders } from './commands.ts'
import { LagProbe } from './lag-probe.ts'

/** Requests a second, and the p95 in milliseconds that target 5 allows. */
interface Rate {
  readonly perSecond: number
  readonly atMost: number
}

/** What every machine can be asked for, busy as it may be. */
export const MODERATE: Rate = { perSecond: 300, atMost: 10 }
const RATES: readonly Rate[] = [MODERATE, { perSecond: 1_000, atMost: 20 }]

const cell = ({ perSecond }: Rate) => `open loop, ${perSecond}/s`

/**
 * Targets 5 and 8: requests that arrive by chance, whatever becomes of those before them; and how far the read models are
 * behind meanwhile.
 */
export async function openLoop(
  measuring: Measuring,
  { product, emmett, nest, crud }: Contenders & { readonly product: ProductSide },
): Promise<readonly Reading[]> {
  const readings: Reading[] = []
  for (const rate of RATES) {
    readings.push(...(await openLoopOf(measuring, product, rate)))
    for (const side of [emmett, nest, crud]) await measuring.update(cell(rate), side, side.many, open(rate.perSecond))
  }
  return readings
}

/** The same at one rate, of the product alone. */
export async function openLoopOf(measuring: Measuring, product: ProductSide, rate: Rate): Promise<readonly Reading[]> {
  const { perSecond, atMost } = rate
  const [ours, lag] = await new LagProbe(product).during(measuring, () =>
    measuring.update(cell(rate), product, product.many, open(perSecond)),
  )
  const load = `${perSecond}/s open loop`
  return [
    { target: 5, what: `${load}, p95`, goal: { atMost }, value: ours.p95, unit: 'ms' },
    { target: 8, what: `${load}, lag of the read models, p95`, goal: { atMost: 250 }, value: lag.p95, unit: 'ms' },
    { target: 8, what: `${load}, lag of the read models, p99`, goal: { atMost: 1_000 }, value: lag.p99, unit: 'ms' },
  ]
}
