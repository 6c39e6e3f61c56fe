import type { Pace } from './measure/cell.ts'
import type { Measuring } from './measure/measuring.ts'
import { startProductSide, type ProductSide } from './sides/product-side.ts'
import type { Runtime } from './sides/product.ts'
import type { Population } from './sides/side.ts'

export interface Alone {
  readonly runtime: Runtime
  readonly name: string
  readonly population: Population
  readonly profileTo: string | undefined
  /** How long it is driven before anything is measured, so that it is not measured while it still compiles. */
  readonly warm: Pace
}

const WARM_CONNECTIONS = 16

/** Measures the product without its peers, and sees to it that it has lost and doubled nothing. */
export async function withProductAlone<Result>(
  serverUrl: string,
  { runtime, name, population, profileTo, warm }: Alone,
  measuring: Measuring,
  work: (side: ProductSide) => Promise<Result>,
): Promise<Result> {
  process.stderr.write(`starting the ${runtime} with ${population.tenants} tenants\n`)
  const side = await startProductSide(runtime, serverUrl, population, { name, profileTo })
  try {
    await measuring.drive(side, side.many, warm, WARM_CONNECTIONS)
    const result = await work(side)
    await measuring.ledger.settle(side)
    return result
  } finally {
    await side.stop()
  }
}
