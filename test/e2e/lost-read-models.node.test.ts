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
] as const)('%s', (_runtime, tool) => {
  const database = testDatabase()

  it(
    'whose read database has been lost answers from the log and fills it again, without any command, and makes anew what an earlier version has made',
    { timeout: 120_000 },
    async () => {
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

        // Rows of an earlier version: nothing is folded over them, a list that has to be fresh waits, and they are made anew.
        await withClient(database.url, (postgres) =>
          postgres.query(
            `update read_models.user_profile set data = data - 'email' where tenant_id = '${tenantId}';
           update read_models.checkpoint
             set versions = versions || '{"user_profile":0}', generation = generation + 1 where tenant_id = '${tenantId}'`,
          ),
        )
        const two = await client.call('POST', path, { token, body: { ...body, email: 'two@example.com' } })
        const seen = two.headers.get('consistency-token') ?? ''
        const fresh = async () => {
          const { status, body: page } = await client.call('GET', path, {
            token,
            headers: { 'Consistency-Token': seen },
          })
          return status === 200
            ? (page['items'] as readonly { readonly email?: string }[]).map(({ email = '' }) => email).toSorted()
            : status
        }
        await expect.poll(fresh, { timeout: 30_000, interval: 500 }).toEqual([...before, 'two@example.com'].toSorted())
      } finally {
        await product.kill()
        product.clean()
      }
    },
  )
})
