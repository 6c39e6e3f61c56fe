import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Client } from './client.ts'
import { firstDayCases } from './first-day.cases.ts'
import { ADMIN, startProduct, type RunningProduct } from './running-product.ts'

describe('edge', () => {
  let product: RunningProduct

  beforeAll(async () => {
    product = await startProduct('tools/start.ts')
  }, 90_000)
  afterAll(async () => {
    await product.kill()
    product.clean()
  })

  firstDayCases(() => product.url)

  it('keeps everything over kill -9 and over a stop, which ends with exit code 0', async () => {
    const before = await new Client(product.url).login(ADMIN.email, ADMIN.password)
    await product.kill()
    product = await product.restart()
    expect(await product.terminate()).toBe(0)
    product = await product.restart()
    const again = await new Client(product.url).login(ADMIN.email, ADMIN.password)
    expect(again.body['user']).toMatchObject({ userId: (before.body['user'] as { userId: string }).userId }) // a login answer
  }, 120_000)
})
