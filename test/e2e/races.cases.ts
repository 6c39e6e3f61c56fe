import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pooledFetch } from '../support/pooled-fetch.ts'
import { Client, object, signedInTenant, succeeded, text, type Answer, type SignedInTenant } from './client.ts'
import { ADMIN } from './running-product.ts'

/** Sockets open at once: so many requests are truly under way together, the others wait in line. */
const SOCKETS = 250
const MAX_USERS = 1_000
const MAX_LOGIN_ATTEMPTS = 5
const SETTINGS = {
  allowedAuthMethods: ['password'],
  maxUsers: MAX_USERS,
  securityPolicy: { maxLoginAttempts: MAX_LOGIN_ATTEMPTS },
}

const times = <T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)))

/** How often each answer was given, by status and code. */
function tally(answers: readonly Answer[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { status, body } of answers) {
    const kind = typeof body['code'] === 'string' ? `${status} ${body['code']}` : String(status)
    counts[kind] = (counts[kind] ?? 0) + 1
  }
  return counts
}

/** Races over HTTP with real concurrency, the same for both runtimes. */
export function racesCases(urlOf: () => string): void {
  const pool = pooledFetch(SOCKETS)
  const run = Date.now().toString(36)
  let serial = 0
  let client: Client
  let systemToken: string

  beforeAll(async () => {
    client = new Client(urlOf(), pool.send)
    systemToken = text(succeeded(await client.login(ADMIN.email, ADMIN.password)).body['token'])
  })
  afterAll(() => pool.close())

  const newTenant = () => signedInTenant(client, systemToken, `race-${run}-${serial++}`, SETTINGS)

  const register = (
    { tenantId, token }: SignedInTenant,
    email: string,
    headers: Readonly<Record<string, string>> = {},
  ) =>
    client.call('POST', `/api/v1/tenants/${tenantId}/users`, {
      token,
      headers,
      body: { email, role: 'user', inviteDelivery: 'return' },
    })

  /** Types of the events of the tenant's whole log, with what the log says beside them. */
  const log = async ({ tenantId, token }: SignedInTenant) => {
    const events: Readonly<Record<string, unknown>>[] = []
    for (;;) {
      const path = `/api/v1/tenants/${tenantId}/events?limit=1000&after=${events.length}`
      const { body } = succeeded(await client.call('GET', path, { token }))
      const items = body['items'] as readonly Readonly<Record<string, unknown>>[] // a page of envelopes
      events.push(...items)
      if (items.length < 1_000) return events
    }
  }
  const ofType = async (tenant: SignedInTenant, type: string) =>
    (await log(tenant)).filter((event) => event['type'] === type)

  describe('races', () => {
    it('let exactly 10 of 1,000 registrations in where 10 seats are left of 1,000', async () => {
      const tenant = await newTenant()
      const before = await times(MAX_USERS - 11, (index) => register(tenant, `early-${index}@example.com`))
      expect(tally(before)).toEqual({ 201: MAX_USERS - 11 })
      const answers = await times(1_000, (index) => register(tenant, `late-${index}@example.com`))
      expect(tally(answers)).toEqual({ 201: 10, '409 user.quota_exceeded': 990 })
      expect(await ofType(tenant, 'user.registered')).toHaveLength(MAX_USERS)
      const newest = answers
        .filter(({ status }) => status === 201)
        .map(({ headers }) => text(headers.get('consistency-token')))
        .reduce((one, other) => (positionIn(other) > positionIn(one) ? other : one))
      const list = await client.call('GET', `/api/v1/tenants/${tenant.tenantId}/users?pageSize=1`, {
        token: tenant.token,
        headers: { 'Consistency-Token': newest },
      })
      expect(list.body['total']).toBe(MAX_USERS)
    }, 60_000)

    it('make one user of one e-mail address, however 100 clients write it', async () => {
      const tenant = await newTenant()
      const spellings = ['ada@example.com', 'Ada@Example.com', 'ADA@EXAMPLE.COM']
      const answers = await times(100, (index) => register(tenant, spellings[index % spellings.length] ?? ''))
      expect(tally(answers)).toEqual({ 201: 1, '409 user.already_exists': 99 })
      expect(await ofType(tenant, 'user.registered')).toHaveLength(2) // the admin and Ada
    })

    it('carry one Idempotency-Key of 1,000 clients out once, and answer all of them the same', async () => {
      const tenant = await newTenant()
      const before = await log(tenant)
      const answers = await times(1_000, () => register(tenant, 'once@example.com', { 'Idempotency-Key': 'one-key' }))
      expect(tally(answers)).toEqual({ 201: 1_000 })
      const told = answers.map(({ body, headers }) =>
        JSON.stringify([body, headers.get('consistency-token'), headers.get('etag'), headers.get('location')]),
      )
      expect(new Set(told).size).toBe(1)
      const written = (await log(tenant)).slice(before.length)
      expect(written.map((event) => event['type'])).toEqual(['user.registered', 'user.invited'])
    }, 60_000)

    it.each([
      ['a user', (tenant: SignedInTenant) => tenant.email],
      ['an unknown address', () => 'nobody@example.com'],
    ])('compute no more hashes for wrong passwords of %s than attempts are allowed', async (_whose, emailOf) => {
      const tenant = await newTenant()
      const answers = await times(50, (index) =>
        client.login(emailOf(tenant), `Wr0ng-password-${index}`, tenant.tenantId),
      )
      // A password is hashed for each 401, and before any other answer for none.
      expect(tally(answers)).toEqual({
        '401 auth.invalid_credentials': MAX_LOGIN_ATTEMPTS,
        '429 auth.too_many_attempts': 50 - MAX_LOGIN_ATTEMPTS,
      })
      const reasons = (await ofType(tenant, 'auth.login_failed')).map((event) => object(event['data'])['failureReason'])
      expect(reasons.filter((reason) => reason === 'invalidCredentials')).toHaveLength(MAX_LOGIN_ATTEMPTS)
      expect(reasons.filter((reason) => reason !== 'invalidCredentials')).toEqual(['tooManyAttempts'])
      const locked = await client.login(emailOf(tenant), tenant.password, tenant.tenantId)
      expect([locked.status, locked.body['code']]).toEqual([429, 'auth.too_many_attempts'])
    })
  })
}

const positionIn = (consistencyToken: string): number => Number(consistencyToken.split('@')[1])
