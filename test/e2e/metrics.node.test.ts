import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Client, signedInTenant, succeeded, text, type SignedInTenant } from './client.ts'
import { ADMIN, startProduct, type RunningProduct } from './running-product.ts'

const TOKEN = 'a-token-of-the-scraper'
const SETTINGS = { allowedAuthMethods: ['password'], maxUsers: 10, securityPolicy: {} }

describe('the metrics of the container', () => {
  let product: RunningProduct
  let client: Client
  let tenant: SignedInTenant

  beforeAll(async () => {
    product = await startProduct('tools/start-container.ts', { ACCI_METRICS_TOKEN: TOKEN })
    client = new Client(product.url)
    const system = text((await client.login(ADMIN.email, ADMIN.password)).body['token'])
    tenant = await signedInTenant(client, system, 'measured', SETTINGS)
  }, 120_000)
  afterAll(async () => {
    await product?.kill()
    product?.clean()
  })

  const scrape = (headers: Readonly<Record<string, string>> = { Authorization: `Bearer ${TOKEN}` }) =>
    fetch(`${product.url}/metrics`, { headers })

  it('are for whoever has their token, and for nobody else', async () => {
    expect((await scrape({})).status).toBe(401)
    expect((await scrape({ Authorization: `Bearer ${tenant.token}` })).status).toBe(401)
    const answer = await scrape()
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  })

  it('count commands, queries, requests and events', async () => {
    const path = `/api/v1/tenants/${tenant.tenantId}/users`
    const body = { email: 'one@example.com', role: 'user', inviteDelivery: 'return' }
    const registered = succeeded(await client.call('POST', path, { token: tenant.token, body }))
    expect((await client.call('POST', path, { token: tenant.token, body })).status).toBe(409)
    const headers = { 'Consistency-Token': text(registered.headers.get('consistency-token')) }
    succeeded(await client.call('GET', path, { token: tenant.token, headers }))
    const page = await (await scrape()).text()
    for (const line of [
      /^acci_command_duration_seconds_count\{type="user\.register",outcome="accepted"\} 1$/m,
      /^acci_command_duration_seconds_count\{type="user\.register",outcome="refused"\} 1$/m,
      /^acci_query_duration_seconds_count\{name="users",succeeded="true"\} 1$/m,
      /^acci_http_request_duration_seconds_count\{method="POST",route="\/api\/v1\/tenants\/:tenantId\/users",status="409"\} 1$/m,
      /^acci_events_projected_total [1-9]/m,
      /^acci_up 1$/m,
      /^acci_tenants 2$/m,
      /^acci_tenants_fenced 0$/m,
      // No event store is configured: nothing waits for one.
      /^acci_event_store_backlog_events 0$/m,
      // Nor for a RabbitMQ.
      /^acci_publication_backlog_events 0$/m,
      /^acci_views_halted\{view="user_profile"\} 0$/m,
      /^process_cpu_seconds_total \d/m,
    ])
      expect(page).toMatch(line)
    expect(page).not.toContain('one@example.com')
  })
})

describe('without a token for them', () => {
  it('metrics are a page that there is not', async () => {
    const product = await startProduct('tools/start-container.ts')
    try {
      expect((await fetch(`${product.url}/metrics`)).status).toBe(404)
    } finally {
      await product.kill()
      product.clean()
    }
  }, 60_000)
})
