import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Client, object, signedInTenant, succeeded, text, type Answer, type SignedInTenant } from './client.ts'
import { ADMIN, startProduct, type RunningProduct } from './running-product.ts'

const SETTINGS = { allowedAuthMethods: ['password'], maxUsers: 1_000, securityPolicy: {} }
const LATER = { Prefer: 'respond-async' }
let serial = 0

describe.each(['tools/start.ts', 'tools/start-container.ts'] as const)('requests answered later by %s', (tool) => {
  let product: RunningProduct
  let client: Client
  let system: string
  let tenant: SignedInTenant

  beforeAll(async () => {
    product = await startProduct(tool)
    client = new Client(product.url)
    system = text((await client.login(ADMIN.email, ADMIN.password)).body['token'])
    tenant = await signedInTenant(client, system, `later-${tool.length}`, SETTINGS)
  }, 120_000)
  afterAll(async () => {
    await product?.kill()
    product?.clean()
  })

  const register = (body: Readonly<Record<string, unknown>> = {}, headers: Readonly<Record<string, string>> = LATER) =>
    client.call('POST', `/api/v1/tenants/${tenant.tenantId}/users`, {
      token: tenant.token,
      headers,
      body: { email: `later-${serial++}@example.com`, role: 'user', inviteDelivery: 'return', ...body },
    })

  const at = (answer: Answer) => text(answer.headers.get('location'))
  const read = (accepted: Answer, token = tenant.token) => client.call('GET', at(accepted), { token })
  /** Waits for the end of an operation: whose runner was killed is claimed for a minute, and then waits for its due work and a sweep. */
  const ended = async (accepted: Answer, token = tenant.token) => {
    await expect
      .poll(async () => (await read(accepted, token)).body['status'], { timeout: 200_000 })
      .not.toBe('pending')
    return (await read(accepted, token)).body
  }

  it('are accepted with where their outcome will be, which then is what would have been answered at once', async () => {
    const email = `later-${serial++}@example.com`
    const accepted = await register({ email })
    expect(accepted.status).toBe(202)
    expect(accepted.headers.get('preference-applied')).toBe('respond-async')
    expect(at(accepted)).toMatch(/^\/api\/v1\/operations\/opr_/)
    expect(accepted.body).toMatchObject({ status: 'pending', createdAt: expect.any(String) })
    const outcome = await ended(accepted)
    expect(outcome).toMatchObject({
      status: 'succeeded',
      completedAt: expect.any(String),
      response: { status: 201, body: { email, status: 'invited', invitation: { token: expect.any(String) } } },
    })
    const { headers, body } = object(outcome['response']) as Readonly<Record<string, Readonly<Record<string, string>>>> // as above
    expect(headers?.['location']).toBe(`/api/v1/tenants/${tenant.tenantId}/users/${body?.['userId']}`)
    const user = await client.call('GET', text(headers?.['location']), {
      token: tenant.token,
      headers: { 'Consistency-Token': text(headers?.['consistency-token']) },
    })
    expect(user).toMatchObject({ status: 200, body: { email } })
  })

  it('are refused at once where that can be said at once', async () => {
    expect((await register({ email: 'no address' })).status).toBe(422)
    expect(
      (await client.call('POST', '/api/v1/tenants', { token: tenant.token, headers: LATER, body: {} })).status,
    ).toBe(422)
    const strange = { token: system, headers: LATER, body: { name: 'x' } }
    expect((await client.call('PATCH', `/api/v1/tenants/${tenant.tenantId}`, { ...strange, token: 'x' })).status).toBe(
      401,
    )
  })

  it('end with the refusal they would have got, in the language they were asked in', async () => {
    const email = `later-${serial++}@example.com`
    succeeded(await register({ email }, {}))
    const outcome = await ended(await register({ email }, { ...LATER, 'Accept-Language': 'de' }))
    expect(outcome).toMatchObject({
      status: 'failed',
      response: { status: 409, headers: { 'content-language': 'de' }, body: { code: 'user.already_exists' } },
    })
  })

  it('are one operation for one key, and done once', async () => {
    const email = `later-${serial++}@example.com`
    const headers = { ...LATER, 'Idempotency-Key': `later-${serial++}` }
    const answers = await Promise.all(Array.from({ length: 10 }, () => register({ email }, headers)))
    expect(new Set(answers.map((answer) => at(answer))).size).toBe(1)
    const [first] = answers
    const outcome = first && (await ended(first))
    expect(outcome).toMatchObject({ status: 'succeeded' })
    // Asked at once, the same key gives the same.
    const { Prefer: _later, ...key } = headers
    expect(succeeded(await register({ email }, key)).body).toEqual(object(outcome?.['response'])['body'])
    const other = await register({ email: `later-${serial++}@example.com` }, headers)
    expect(at(other)).not.toBe(first && at(first))
    expect(await ended(other)).toMatchObject({
      status: 'failed',
      response: { body: { code: 'idempotency.key_reused' } },
    })
  })

  it('make tenants too', async () => {
    const body = {
      name: `Later ${tool.length}`,
      subscriptionPlan: 'free',
      adminEmail: `admin-later-${serial++}@example.com`,
      settings: SETTINGS,
    }
    const accepted = await client.call('POST', '/api/v1/tenants', { token: system, headers: LATER, body })
    expect(accepted.status).toBe(202)
    expect(await ended(accepted, system)).toMatchObject({
      status: 'succeeded',
      response: { status: 201, body: { name: body.name } },
    })
  })

  it('are shown to whoever asked and to nobody else', async () => {
    const accepted = await register()
    await ended(accepted)
    expect((await read(accepted, system)).status).toBe(404)
    expect((await client.call('GET', at(accepted))).status).toBe(401)
    const unknown = `/api/v1/operations/opr_${'0'.repeat(26)}`
    expect((await client.call('GET', unknown, { token: tenant.token })).status).toBe(404)
    expect((await client.call('GET', '/api/v1/operations/x', { token: tenant.token })).status).toBe(404)
  })

  it('are not done for a session that has ended meanwhile, and nothing of a token is kept', async () => {
    const login = await client.login(tenant.email, tenant.password, tenant.tenantId)
    const token = text(login.body['token'])
    const accepted = await client.call('PATCH', `/api/v1/tenants/${tenant.tenantId}`, {
      token,
      headers: LATER,
      body: { name: 'Changed later' },
    })
    await client.call('POST', '/api/v1/auth/logout', { token })
    const outcome = await ended(accepted)
    // Either it was faster than the logout, or it was refused: never both, and never later.
    const { headers } = object(outcome['response']) as Readonly<Record<string, Readonly<Record<string, string>>>> // as above
    const seen = headers?.['consistency-token']
    const now = await client.call('GET', `/api/v1/tenants/${tenant.tenantId}`, {
      token: tenant.token,
      ...(seen !== undefined && { headers: { 'Consistency-Token': seen } }),
    })
    const { name } = now.body
    expect(outcome['status']).toBe(name === 'Changed later' ? 'succeeded' : 'failed')
  })

  it('are answered at once when they are large', async () => {
    const large = await register({ metadata: { note: 'x'.repeat(100_001) } })
    expect(large.status).toBe(201)
    expect(large.headers.get('preference-applied')).toBeNull()
  })

  it('survive kill -9, and come to one end', async () => {
    const accepted = await Promise.all(Array.from({ length: 20 }, () => register()))
    await product.kill()
    product = await product.restart()
    client = new Client(product.url)
    const outcomes = await Promise.all(accepted.map((answer) => ended(answer)))
    expect(outcomes.map(({ status }) => status)).toEqual(accepted.map(() => 'succeeded'))
    expect(await Promise.all(accepted.map((answer) => ended(answer)))).toEqual(outcomes)
  }, 260_000)
})
