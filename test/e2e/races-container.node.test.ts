import { afterAll, beforeAll, describe } from 'vitest'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { racesCases } from './races.cases.ts'
import { startProduct, type RunningProduct } from './running-product.ts'

describe('container', () => {
  const database = testDatabase()
  let product: RunningProduct

  beforeAll(async () => {
    product = await startProduct('tools/start-container.ts', { DATABASE_URL: database.url })
  }, 90_000)
  afterAll(async () => {
    await product.kill()
    product.clean()
  })

  racesCases(() => product.url)
})
