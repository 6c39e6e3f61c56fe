import { expect, it } from 'vitest'
import { Client, object, text } from './client.ts'
import { ADMIN, type RunningProduct } from './running-product.ts'

/** A secret, and every form in which it could get into a line of output. */
const formsOf = (secret: string): readonly string[] => [
  secret,
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
  // The middle of the base64 form, whatever stands before it: three alignments.
  ...[0, 1, 2].map((shift) => {
    const encoded = Buffer.from(`${'x'.repeat(shift)}${secret}`).toString('base64')
    return encoded.slice(4, -4)
  }),
  Buffer.from(secret).toString('hex'),
]

let days = 0

/** A first day in which every value that must stay secret can be told from any other; gives back those values. */
export async function dayOfSecrets(product: RunningProduct): Promise<readonly string[]> {
  const client = new Client(product.url)
  const day = String(days++)
  const address = `canary.admin.address.${day}@example.com`
  const secrets: string[] = [ADMIN.password]
  const secret = <Value extends string>(value: Value): Value => {
    secrets.push(value)
    return value
  }
  const system = secret(text((await client.login(ADMIN.email, ADMIN.password)).body['token']))
  const created = await client.call('POST', '/api/v1/tenants', {
    token: system,
    headers: { 'Idempotency-Key': secret(`canary-idempotency-key-${day}`) },
    body: {
      name: 'Quiet Harbour',
      subscriptionPlan: 'free',
      adminEmail: secret(address),
      metadata: { note: secret('canary metadata of the tenant') },
      settings: { allowedAuthMethods: ['password'], maxUsers: 10, securityPolicy: {} },
      inviteDelivery: 'return',
    },
  })
  expect(created.status).toBe(201)
  const path = `/api/v1/tenants/${text(created.body['tenantId'])}`
  const invitation = secret(text(object(created.body['invitation'])['token']))
  const password = secret('Canary#Passw0rd-of-admin')
  // Refused first, and so written about wherever refusals are.
  await client.call('POST', '/api/v1/invitations/accept', {
    body: { token: invitation, password: secret('canaryweak') },
  })
  await client.call('POST', '/api/v1/invitations/accept', {
    body: { token: invitation, password, displayName: secret('Canary Displayname') },
  })
  await client.login(address, secret('Wrong-canary-Passw0rd'))
  const login = await client.call('POST', '/api/v1/auth/login', {
    headers: { 'User-Agent': secret('CanaryBrowser/47.11'), 'X-Device-Id': secret('canary-device-0815') },
    body: {
      email: address,
      authMethod: 'password',
      credentials: { type: 'password', password },
    },
  })
  const token = secret(text(login.body['token']))
  const invited = await client.call('POST', `${path}/users`, {
    token,
    body: {
      email: secret('canary.second.address@example.com'),
      displayName: secret('Canary Secondname'),
      metadata: { badge: secret('canary metadata of the user') },
      role: 'user',
    },
  })
  expect(invited.status).toBe(201)
  await client.call('POST', `${path}/users`, { token, body: `{"email": "${secret('canary.unfinished@example.com')}"` })
  await client.call('POST', `${path}/users`, { token, body: { [secret('canaryUnknownField')]: true } })
  await client.call('GET', `${path}/users?search=${secret('canary-search-words')}`, { token })
  await (await fetch(`${product.url}/invitations/${invitation}`)).text()
  await client.call('GET', `/api/v1/me?access_token=${token}`)
  await client.call('GET', '/api/v1/me', { token: `${token.slice(0, -8)}AAAAAAAA` })
  await client.call('POST', '/api/v1/auth/logout', { token })
  return secrets
}

export const secretsIn = (haystack: string, secrets: readonly string[]): readonly string[] =>
  secrets.filter((value) => formsOf(value).some((form) => haystack.includes(form)))

/** Nothing that a client has entrusted to the product is printed by it, in any form. */
export function secretCases(productOf: () => RunningProduct): void {
  it('prints none of the secrets and personal values it was given', async () => {
    const secrets = await dayOfSecrets(productOf())
    expect(secrets.length).toBeGreaterThan(18)
    // The last that has happened: with it, all of the output is there.
    await expect.poll(() => productOf().output()).toContain('/api/v1/auth/logout')
    expect(secretsIn(productOf().output(), secrets)).toEqual([])
  })

  it('would see a secret in any of its forms', () => {
    const token = 'canary-token-of-somebody'
    for (const form of [token, encodeURIComponent(token), Buffer.from(`{"token":"${token}"}`).toString('base64')])
      expect(secretsIn(`… ${form} …`, [token])).toEqual([token])
  })
}
