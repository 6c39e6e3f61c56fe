import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withClient } from '../../tools/postgres/provision.ts'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { startProduct, type RunningProduct } from './running-product.ts'
import { dayOfSecrets, secretCases, secretsIn } from './secrets.cases.ts'

describe('edge', () => {
  let product: RunningProduct
  beforeAll(async () => {
    product = await startProduct('tools/start.ts')
  }, 90_000)
  afterAll(async () => {
    await product.kill()
    product.clean()
  })
  secretCases(() => product)
})

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
  secretCases(() => product)

  it('stores no secret in clear anywhere, and no personal value in the log', async () => {
    const given = await dayOfSecrets(product)
    const personal = given.filter((value) => /canary/i.test(value))
    const secrets = given.filter((value) => /passw0rd|^inv_|^eyJ|idempotency|weak/i.test(value))
    expect(secrets.length).toBeGreaterThanOrEqual(7)
    const { log, everything } = await withClient(database.url, async (client) => {
      const { rows: tables } = await client.query<{ name: string }>(
        `select format('%I.%I', schemaname, tablename) as name from pg_tables
         where schemaname not in ('pg_catalog', 'information_schema')`,
      )
      const texts = new Map<string, string>()
      for (const { name } of tables) {
        const { rows } = await client.query<{ line: string }>(`select to_jsonb(t)::text as line from ${name} t`)
        texts.set(name, rows.map(({ line }) => line).join('\n'))
      }
      return { log: texts.get('tenant_log.event') ?? '', everything: [...texts.values()].join('\n') }
    })
    expect(log).toContain('auth.login_succeeded')
    expect(secretsIn(log, personal)).toEqual([])
    // The read models do hold personal values, so the scan of everything sees what it reads.
    expect(everything).toContain('canary.second.address@example.com')
    expect(secretsIn(everything, secrets)).toEqual([])
  })
})
