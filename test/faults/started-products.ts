import { afterEach } from 'vitest'
import { startProduct, type RunningProduct } from '../e2e/running-product.ts'
import { RUNTIMES, type Runtime } from './fault-row.ts'

/** Called once at the top of a test file: gives what starts a product for a test. It ends, with its data, after the test. */
export function startedProducts() {
  const running: RunningProduct[] = []
  afterEach(async () => {
    for (const product of running.splice(0)) {
      await product.kill()
      product.clean()
    }
  })
  return async (
    runtime: Runtime,
    environment: Readonly<Record<string, string>>,
    dataDir?: string,
  ): Promise<RunningProduct> => {
    const product = await startProduct(RUNTIMES[runtime], environment, dataDir)
    running.push(product)
    return product
  }
}
