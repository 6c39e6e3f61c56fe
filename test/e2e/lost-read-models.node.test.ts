import { describe, expect, it } from 'vitest'
import { VIEW_NAMES } from '#domain/projection/views.ts'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { withClient } from '../../tools/postgres/provision.ts'
import { Client, signedInTenant, succeeded, text } from './client.ts'
import { ADMIN, startProduct } from './running-product.ts'

const SETTINGS = { allowedAuthMethods: ['password'], maxUsers: 10, securityPolicy: {} }
const TABLES = ['checkpoint', ...VIEW_NAMES].map((name) => `read_models.${name}`)

describe.each([
  ['container', 'tools/start-container.ts'],
  ['edge', 'tools/start.ts'],
] as const)('%s, whose read database has been lost', (_runtime, tool) => {
  const database = testDatabase()

  it('answers from the log and fills the read models again, without any command', { timeout: 120_000 }, async () => {
    const product = await startProduct(tool, { DATABASE_URL: database.url })
    try {
      const client = new Client(product.url)
      const system = text((await client.login(ADMIN.email, ADMIN.password)).body['token'])
      const { tenantId, token, adminId } = await signedInTenant(client, system, 'bereft', SETTINGS)
      const path = `/api/v1/tenants/${tenantId}/users`
      const body = { email: 'one@example.com', role: 'user', inviteDelivery: 'return' }
      succeeded(await client.call('POST', path, { token, body }))
      const list = async () => {
        const { items } = succeeded(await client.call('GET', path, { token })).body
        return (items as readonly { readonly email: string }[]).map(({ email }) => email).toSorted() // as the API answers
      }
      await expect.poll(list, { timeout: 10_000 }).toContain('one@example.com')
      const before = await list()

      await withClient(database.url, (postgres) => postgres.query(`truncate ${TABLES.join(', ')}`))
      expect(succeeded(await client.call('GET', `${path}/${adminId}`, { token })).body).toMatchObject({
        userId: adminId,
      })
      expect(await list()).toEqual(before)
    } finally {
      await product.kill()
      product.clean()
    }
  })
})
