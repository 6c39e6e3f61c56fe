import { afterAll, beforeAll, describe } from 'vitest'
import { racesCases } from './races.cases.ts'
import { startProduct, type RunningProduct } from './running-product.ts'

describe('edge', () => {
  let product: RunningProduct

  beforeAll(async () => {
    product = await startProduct('tools/start.ts')
  }, 90_000)
  afterAll(async () => {
    await product.kill()
    product.clean()
  })

  racesCases(() => product.url)
})
