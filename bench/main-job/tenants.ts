import { ADMIN, type Product } from './product.ts'
import type { TenantTarget } from './load.ts'

const PASSWORD = 'Tr0ub4dor&3'
/** Tenants made at a time. */
const AT_ONCE = 4

type Body = Readonly<Record<string, unknown>>

async function post(url: string, path: string, body: Body, token?: string): Promise<Body> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  })
  const answer = await response.text()
  if (!response.ok) throw new Error(`${path} was answered with ${response.status}: ${answer}`)
  return JSON.parse(answer) as Body // every body of the API is an object
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`expected a string, got ${JSON.stringify(value)}`)
  return value
}

async function login(url: string, email: string, password: string, tenant?: string): Promise<string> {
  const credentials = { type: 'password', password }
  const body = { email, authMethod: 'password', credentials, ...(tenant !== undefined && { tenant }) }
  return text((await post(url, '/auth/login', body))['token'])
}

async function makeTenant(url: string, system: string, serial: number, users: number): Promise<TenantTarget> {
  const adminEmail = `admin-${serial}@example.com`
  const created = await post(
    url,
    '/tenants',
    {
      name: `Tenant ${serial}`,
      subscriptionPlan: 'enterprise',
      adminEmail,
      settings: { allowedAuthMethods: ['password'], maxUsers: 1_000_000, securityPolicy: {} },
      inviteDelivery: 'return',
    },
    system,
  )
  const tenantId = text(created['tenantId'])
  const invitation = created['invitation'] as Body // asked for by `inviteDelivery`
  await post(url, '/invitations/accept', { token: text(invitation['token']), password: PASSWORD })
  const token = await login(url, adminEmail, PASSWORD, tenantId)
  const registered = await Promise.all(
    Array.from({ length: users }, (_, user) =>
      post(
        url,
        `/tenants/${tenantId}/users`,
        { email: `user-${user}@example.com`, role: 'user', inviteDelivery: 'return' },
        token,
      ),
    ),
  )
  return { tenantId, token, userIds: registered.map((user) => text(user['userId'])) }
}

/** Makes tenants through the API, each with an admin who has signed in and with users for the commands that change one. */
export async function makeTenants({ url }: Product, count: number, users: number): Promise<readonly TenantTarget[]> {
  const system = await login(url, ADMIN.email, ADMIN.password)
  const tenants: TenantTarget[] = []
  while (tenants.length < count) {
    const size = Math.min(AT_ONCE, count - tenants.length)
    const serials = Array.from({ length: size }, (_, index) => tenants.length + index)
    tenants.push(...(await Promise.all(serials.map((serial) => makeTenant(url, system, serial, users)))))
  }
  return tenants
}
