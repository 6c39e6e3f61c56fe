import { expect, it } from 'vitest'
import { Client } from './client.ts'
import { ADMIN, startProduct } from './running-product.ts'

it('runs under wrangler dev with everything around it, and stops when it is told to', async () => {
  const product = await startProduct('tools/dev.ts')
  try {
    expect((await new Client(product.url).login(ADMIN.email, ADMIN.password)).status).toBe(200)
    expect((await new Client(product.url).call('GET', '/dev/mailbox')).status).toBe(200)
    // Variables are shown by name.
    expect(product.output()).not.toContain(ADMIN.password)
    expect(await product.terminate()).toBe(0)
  } finally {
    product.clean()
  }
}, 90_000)
