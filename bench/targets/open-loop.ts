import type { Measuring } from '../measure/measuring.ts'
import type { Reading } from '../measure/reading.ts'
import type { ProductSide } from '../sides/product-side.ts'
import type { Side } from '../sides/side.ts'
import { open, type Contenders } from './commands.ts'
import { LagProbe } from './lag-probe.ts'

/** Requests a second, and the p95 in milliseconds that target 5 allows. */
const RATES = [
  { perSecond: 300, atMost: 10 },
  { perSecond: 1_000, atMost: 20 },
] as const

/**
 * Targets 5 and 8: requests that arrive by chance, whatever becomes of those before them; and how far the read models are
 * behind meanwhile.
 */
export async function openLoop(
  measuring: Measuring,
  { product, emmett, nest, crud }: Contenders & { readonly product: ProductSide },
): Promise<readonly Reading[]> {
  const readings: Reading[] = []
  for (const { perSecond, atMost } of RATES) {
    const run = (side: Side) => measuring.update(`open loop, ${perSecond}/s`, side, side.many, open(perSecond))
    const probe = new LagProbe(product)
    const [ours, lag] = await probe.during(measuring, () => run(product))
    for (const side of [emmett, nest, crud]) await run(side)
    const load = `${perSecond}/s open loop`
    readings.push(
      { target: 5, what: `${load}, p95`, goal: { atMost }, value: ours.p95, unit: 'ms' },
      { target: 8, what: `${load}, lag of the read models, p95`, goal: { atMost: 250 }, value: lag.p95, unit: 'ms' },
      { target: 8, what: `${load}, lag of the read models, p99`, goal: { atMost: 1_000 }, value: lag.p99, unit: 'ms' },
    )
  }
  return readings
}
