import type { TenantTarget, UserTarget } from '../load/order.ts'
import { inBatches } from './in-batches.ts'
import { ADMIN, type Product } from './product.ts'
import type { Population } from './side.ts'

const PASSWORD = 'Tr0ub4dor&3'
/** Requests under way at a time. */
const TENANTS_AT_ONCE = 8
const USERS_AT_ONCE = 32

type Body = Readonly<Record<string, unknown>>

/** @returns the body, and the position up to which the read models show what was done */
async function send(
  url: string,
  path: string,
  body: Body,
  token?: string,
): Promise<{ readonly answer: Body; readonly position: number }> {
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
  const position = Number(/@(\d+)$/.exec(response.headers.get('consistency-token') ?? '')?.[1] ?? 0)
  return { answer: JSON.parse(answer) as Body, position } // every body of the API is an object
}

const post = async (url: string, path: string, body: Body, token?: string): Promise<Body> =>
  (await send(url, path, body, token)).answer

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`expected a string, got ${JSON.stringify(value)}`)
  return value
}

async function login(url: string, email: string, password: string, tenant?: string): Promise<string> {
  const credentials = { type: 'password', password }
  const body = { email, authMethod: 'password', credentials, ...(tenant !== undefined && { tenant }) }
  return text((await post(url, '/auth/login', body))['token'])
}

async function makeTenant(url: string, system: string, serial: number): Promise<TenantTarget> {
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
  return { tenantId, token: await login(url, adminEmail, PASSWORD, tenantId) }
}

async function registerUser(url: string, { tenantId, token }: TenantTarget, serial: number) {
  const user = { email: `user-${serial}@example.com`, role: 'user', inviteDelivery: 'return' }
  const { answer, position } = await send(url, `/tenants/${tenantId}/users`, user, token)
  return { user: { tenantId, token, userId: text(answer['userId']) }, position }
}

/** What makeTenants has made. */
export interface MadeTenants {
  readonly tenants: readonly TenantTarget[]
  readonly many: readonly UserTarget[]
  readonly hot: readonly UserTarget[]
  /** Last position of each tenant. */
  readonly positions: Readonly<Record<string, number>>
}

/** Makes tenants through the API, each with an admin who has signed in, and users for the commands that change one. */
export async function makeTenants(
  { url }: Product,
  { tenants: count, usersPerTenant, hot }: Population,
): Promise<MadeTenants> {
  const system = await login(url, ADMIN.email, ADMIN.password)
  const serials = Array.from({ length: count }, (_, serial) => serial)
  const tenants = await inBatches(serials, TENANTS_AT_ONCE, (serial) => makeTenant(url, system, serial))
  const all = Array.from({ length: usersPerTenant }, () => tenants).flat()
  const first = Array.from({ length: hot }, () => tenants.slice(0, 1)).flat()
  const registered = await inBatches([...all, ...first], USERS_AT_ONCE, (tenant, serial) =>
    registerUser(url, tenant, serial),
  )
  const positions: Record<string, number> = {}
  for (const { user, position } of registered) {
    positions[user.tenantId] = Math.max(positions[user.tenantId] ?? 0, position)
  }
  const users = registered.map(({ user }) => user)
  return { tenants, many: users.slice(0, all.length), hot: users.slice(all.length), positions }
}
