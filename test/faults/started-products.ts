import { afterEach } from 'vitest'
import { startProduct, type RunningProduct } from '../e2e/running-product.ts'
import { RUNTIMES, type Runtime } from './fault-row.ts'

/** Characters of its output that are shown when a test fails. */
const SAID_LAST = 10_000

/** Called once at the top of a test file: gives what starts products for a test. They end, with their data, after the test. */
export function startedProducts() {
  const running: RunningProduct[] = []
  afterEach(async ({ task }) => {
    for (const product of running.splice(0)) {
      if (task.result?.state === 'fail') console.log(`the product said last:\n${product.output().slice(-SAID_LAST)}`)
      await product.kill()
      product.clean()
    }
  })
  const keep = (product: RunningProduct) => {
    running.push(product)
    return product
  }
  return {
    /** To be ended with the others. */
    keep,
    start: async (runtime: Runtime, environment: Readonly<Record<string, string>>, dataDir?: string) =>
      keep(await startProduct(RUNTIMES[runtime], environment, dataDir)),
    /** Kills it and starts it again, on the same data and at the same address. */
    restart: async (product: RunningProduct) => {
      await product.kill()
      return keep(await product.restart())
    },
  }
}
