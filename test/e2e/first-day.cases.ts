import { describe, expect, it } from 'vitest'
import { Client, object, text, type Answer } from './client.ts'
import { ADMIN } from './running-product.ts'

const SETTINGS = { allowedAuthMethods: ['password'], maxUsers: 50, securityPolicy: { maxLoginAttempts: 3 } }
const PASSWORD = 'Tr0ub4dor&3'
let serial = 0
const unique = () => `${Date.now().toString(36)}-${(serial++).toString(36)}`

/** What a client sends along so as never to read less than it has seen. */
const seen = (answer: Answer) => ({ 'Consistency-Token': text(answer.headers.get('consistency-token')) })

/** The end-to-end cases, the same for both runtimes. */
export function firstDayCases(urlOf: () => string): void {
  const client = () => new Client(urlOf())

  const systemAdmin = async () => text((await client().login(ADMIN.email, ADMIN.password)).body['token'])

  const createTenant = async (
    token: string,
    more: Readonly<Record<string, unknown>> = {},
    key = unique(),
  ): Promise<Answer> =>
    client().call('POST', '/api/v1/tenants', {
      token,
      headers: { 'Idempotency-Key': key },
      body: {
        name: 'Harbour Books',
        subscriptionPlan: 'free',
        adminEmail: `admin-${unique()}@example.com`,
        settings: SETTINGS,
        inviteDelivery: 'return',
        ...more,
      },
    })

  const accept = (invitation: unknown, password = PASSWORD) =>
    client().call('POST', '/api/v1/invitations/accept', { body: { token: object(invitation)['token'], password } })

  /** A tenant whose admin has accepted and signed in. */
  const tenantWithAdmin = async () => {
    const system = await systemAdmin()
    const created = await createTenant(system)
    expect(created.status).toBe(201)
    const tenantId = text(created.body['tenantId'])
    expect((await accept(created.body['invitation'])).status).toBe(200)
    const email = text(created.body['adminEmail'])
    const login = await client().login(email, PASSWORD, tenantId)
    expect(login.status).toBe(200)
    return {
      system,
      tenantId,
      email,
      token: text(login.body['token']),
      adminId: text(object(login.body['user'])['userId']),
    }
  }

  const register = (tenantId: string, token: string, more: Readonly<Record<string, unknown>> = {}, headers = {}) =>
    client().call('POST', `/api/v1/tenants/${tenantId}/users`, {
      token,
      headers,
      body: { email: `user-${unique()}@example.com`, role: 'user', inviteDelivery: 'return', ...more },
    })

  describe('a tenant’s first day', () => {
    it('goes from creation to a signed-in user, everybody reading what was just written', async () => {
      const { tenantId, token } = await tenantWithAdmin()
      const registered = await register(tenantId, token, { displayName: 'Ada', metadata: { shelf: 7 } })
      expect(registered.status).toBe(201)
      const consistency = seen(registered)
      const userPath = `/api/v1/tenants/${tenantId}/users/${text(registered.body['userId'])}`
      expect(registered.headers.get('location')).toBe(userPath)
      const read = await client().call('GET', userPath, { token, headers: consistency })
      expect(read.body).toMatchObject({ displayName: 'Ada', status: 'invited', metadata: { shelf: 7 } })
      const list = await client().call('GET', `/api/v1/tenants/${tenantId}/users?pageSize=1&page=2`, {
        token,
        headers: consistency,
      })
      expect(list.body).toMatchObject({ page: 2, pageSize: 1, total: 2 })
      expect((await accept(registered.body['invitation'])).status).toBe(200)
      const login = await client().login(text(registered.body['email']), PASSWORD, tenantId)
      const me = await client().call('GET', '/api/v1/me', { token: text(login.body['token']), headers: seen(login) })
      expect(me.body).toMatchObject({ displayName: 'Ada', status: 'active' })
    })

    it('keeps the whole story in the tenant’s log, personal fields sealed and opened only for its admin', async () => {
      const { tenantId, token, system, email } = await tenantWithAdmin()
      const path = `/api/v1/tenants/${tenantId}/events`
      const own = (await client().call('GET', path, { token })).body['items'] as readonly Readonly<
        Record<string, unknown>
      >[]
      expect(own.map((event) => event['type'])).toEqual([
        'tenant.created',
        'user.registered',
        'user.invited',
        'user.invitation_accepted',
        'user.password_set',
        'auth.login_succeeded',
      ])
      expect(own.map((event) => event['position'])).toEqual([1, 2, 3, 4, 5, 6])
      expect(JSON.stringify(own)).toContain(email)
      const foreign = await client().call('GET', path, { token: system })
      expect(JSON.stringify(foreign.body)).not.toContain(email)
    })
  })

  describe('idempotency', () => {
    it('answers a repeated creation with the same body, token included, and refuses the key for another body', async () => {
      const system = await systemAdmin()
      const [key, adminEmail] = [unique(), `twice-${unique()}@example.com`]
      const first = await createTenant(system, { adminEmail }, key)
      // Whatever has happened to the tenant since: the invitation has been accepted before the third try.
      for (const repetition of ['second', 'third']) {
        const again = await createTenant(system, { adminEmail }, key)
        expect([repetition, again.status, again.body]).toEqual([repetition, 201, first.body])
        expect(again.headers.get('consistency-token')).toBe(first.headers.get('consistency-token'))
        if (repetition === 'second') expect((await accept(first.body['invitation'])).status).toBe(200)
      }
      const other = await createTenant(system, { adminEmail, name: 'Another' }, key)
      expect([other.status, other.body['code']]).toEqual([422, 'idempotency.key_reused'])
    })

    it('registers one user for one e-mail address sent from many clients at once', async () => {
      const { tenantId, token } = await tenantWithAdmin()
      const email = `race-${unique()}@example.com`
      const answers = await Promise.all(Array.from({ length: 40 }, () => register(tenantId, token, { email })))
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
      expect(answers.filter(({ body }) => body['code'] === 'user.already_exists')).toHaveLength(39)
    })

    it('never exceeds the quota, however many register at once', async () => {
      const { tenantId, token } = await tenantWithAdmin()
      const answers = await Promise.all(Array.from({ length: 80 }, () => register(tenantId, token)))
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(49)
      expect(answers.filter(({ body }) => body['code'] === 'user.quota_exceeded')).toHaveLength(31)
    })
  })

  describe('sign-in', () => {
    it('gives one answer for an unknown user and a wrong password, and locks after the attempts allowed', async () => {
      const { tenantId, email } = await tenantWithAdmin()
      const unknown = await client().login('nobody@example.com', 'Wr0ng-password', tenantId)
      const wrong = await client().login(email, 'Wr0ng-password', tenantId)
      const shape = ({ status, body }: Answer) => [status, body['code'], body['detail']]
      expect(shape(wrong)).toEqual(shape(unknown))
      expect(wrong.status).toBe(401)
      const tries = await Promise.all(
        Array.from({ length: 20 }, () => client().login(email, 'Wr0ng-password', tenantId)),
      )
      expect(tries.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(2)
      const locked = await client().login(email, PASSWORD, tenantId)
      expect(locked.status).toBe(429)
      expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0)
    })

    it('finds the tenant by the address alone', async () => {
      const { email } = await tenantWithAdmin()
      expect((await client().login(email, PASSWORD)).status).toBe(200)
    })

    it('ends a session at once', async () => {
      const { token } = await tenantWithAdmin()
      expect((await client().call('POST', '/api/v1/auth/logout', { token })).status).toBe(204)
      expect((await client().call('GET', '/api/v1/me', { token })).status).toBe(401)
      expect((await client().call('POST', '/api/v1/auth/logout', { token })).status).toBe(204)
    })
  })

  describe('changes', () => {
    it('merges a patch, honours If-Match, and clears with null', async () => {
      const { tenantId, token } = await tenantWithAdmin()
      const path = `/api/v1/tenants/${tenantId}`
      const patched = await client().call('PATCH', path, {
        token,
        body: { name: 'Harbour & Sons', metadata: { a: 1 }, settings: { securityPolicy: { sessionTimeout: '30m' } } },
      })
      expect(patched.body).toMatchObject({
        name: 'Harbour & Sons',
        metadata: { a: 1 },
        settings: { maxUsers: 50, securityPolicy: { sessionTimeout: 'PT30M', maxLoginAttempts: 3 } },
      })
      const stale = await client().call('PATCH', path, {
        token,
        headers: { 'If-Match': '"1"' },
        body: { name: 'Lost update' },
      })
      expect([stale.status, stale.body['code']]).toEqual([412, 'precondition.failed'])
      const cleared = await client().call('PATCH', path, { token, body: { metadata: null } })
      expect(cleared.body).not.toHaveProperty('metadata')
    })

    it('deactivates and reactivates, and keeps the last admin', async () => {
      const { tenantId, token, adminId } = await tenantWithAdmin()
      const user = await register(tenantId, token)
      await accept(user.body['invitation'])
      const login = await client().login(text(user.body['email']), PASSWORD, tenantId)
      const path = `/api/v1/tenants/${tenantId}/users/${text(user.body['userId'])}`
      const reactivationDate = new Date(Date.now() + 7_200_000).toISOString()
      const body = { reason: 'adminAction', deactivationType: 'temporary', reactivationDate }
      expect((await client().call('POST', `${path}/deactivate`, { token, body })).body['status']).toBe('deactivated')
      expect((await client().call('GET', '/api/v1/me', { token: text(login.body['token']) })).status).toBe(401)
      expect((await client().call('POST', `${path}/reactivate`, { token })).body['status']).toBe('active')
      const last = await client().call('POST', `/api/v1/tenants/${tenantId}/users/${adminId}/deactivate`, {
        token,
        body: { reason: 'adminAction', deactivationType: 'permanent' },
      })
      expect([last.status, last.body['code']]).toEqual([409, 'user.last_admin'])
    })

    it('deletes a tenant only when no other user is active', async () => {
      const { tenantId, token, system } = await tenantWithAdmin()
      const user = await register(tenantId, token)
      const path = `/api/v1/tenants/${tenantId}`
      const body = { deletionReason: 'userRequested', dataRetentionPeriod: '30d' }
      const busy = await client().call('DELETE', path, { token, body })
      expect([busy.status, busy.body['code']]).toEqual([409, 'tenant.has_active_users'])
      await client().call('POST', `${path}/users/${text(user.body['userId'])}/deactivate`, {
        token,
        body: { reason: 'inactive', deactivationType: 'permanent' },
      })
      const deleted = await client().call('DELETE', path, { token, body })
      expect(deleted.body['status']).toBe('pendingDeletion')
      expect((await client().call('GET', '/api/v1/me', { token })).status).toBe(401)
      expect((await client().call('GET', path, { token: system, headers: seen(deleted) })).body['status']).toBe(
        'pendingDeletion',
      )
    })
  })

  describe('refusals', () => {
    it('are problem documents in the caller’s language, naming each field', async () => {
      const system = await systemAdmin()
      const answer = await client().call('POST', '/api/v1/tenants', {
        token: system,
        headers: { 'Accept-Language': 'de-CH, en;q=0.5' },
        body: { name: 'X', subscriptionPlan: 'free', adminEmail: 'no address', settings: SETTINGS, surprise: 1 },
      })
      expect(answer.status).toBe(422)
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
      expect(answer.headers.get('content-language')).toBe('de')
      expect(answer.body['errors']).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ pointer: '/adminEmail' }),
          expect.objectContaining({ pointer: '/surprise' }),
        ]),
      )
    })

    it('keep foreign tenants unseen', async () => {
      const [one, two] = [await tenantWithAdmin(), await tenantWithAdmin()]
      const foreign = await client().call('GET', `/api/v1/tenants/${two.tenantId}`, { token: one.token })
      const missing = await client().call('GET', `/api/v1/tenants/ten_${'0'.repeat(25)}1`, { token: one.token })
      const shape = ({ status, body }: Answer) => [status, body['code'], body['detail']]
      expect(shape(foreign)).toEqual(shape(missing))
      expect(foreign.status).toBe(404)
    })

    it.each([
      ['broken JSON', '{"email":', 400, 'request.unreadable'],
      ['JSON nested too deep', '['.repeat(40) + ']'.repeat(40), 400, 'request.too_deep'],
      ['a body over 1 MiB', `{"email":"${'x'.repeat(1024 * 1024)}"}`, 413, 'request.too_large'],
      ['a __proto__ member', '{"__proto__":{"x":1}}', 400, 'request.unreadable'],
    ])('answer %s', async (_name, body, status, code) => {
      const answer = await client().call('POST', '/api/v1/auth/login', { body })
      expect([answer.status, answer.body['code']]).toEqual([status, code])
    })
  })
}
