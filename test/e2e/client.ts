/** One HTTP answer, with its JSON body if it has one. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Readonly<Record<string, unknown>>
}

export interface CallOptions {
  readonly token?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** What carries a request out: the platform's own `fetch`, or one with a bound on its sockets (`pooledFetch`). */
export type Send = (url: string, init: SendInit) => Promise<Response>

export interface SendInit {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** Calls the running product over HTTP. */
export class Client {
  readonly #base: string
  readonly #send: Send

  constructor(base: string, send: Send = fetch) {
    this.#base = base
    this.#send = send
  }

  async call(method: string, path: string, { token, body, headers }: CallOptions = {}): Promise<Answer> {
    const response = await this.#send(`${this.#base}${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const answered = await response.text()
    return { status: response.status, headers: response.headers, body: answered === '' ? {} : parse(answered) }
  }

  login(email: string, password: string, tenant?: string): Promise<Answer> {
    const body = {
      email,
      authMethod: 'password',
      credentials: { type: 'password', password },
      ...(tenant && { tenant }),
    }
    return this.call('POST', '/api/v1/auth/login', { body })
  }
}

function parse(json: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(json) as Readonly<Record<string, unknown>> // every body of the API is an object
  } catch (cause) {
    throw new Error(`expected JSON, got ${json.slice(0, 2_000)}`, { cause })
  }
}

/** A field that must be a string. */
export function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`expected a string, got ${JSON.stringify(value)}`)
  return value
}

/** A field that must be an object. */
export const object = (value: unknown) => value as Readonly<Record<string, unknown>> // checked by what the test then expects of it

const PASSWORD = 'Tr0ub4dor&3'

export interface SignedInTenant {
  readonly tenantId: string
  readonly token: string
  readonly adminId: string
  readonly email: string
  readonly password: string
}

/** A new tenant whose admin has accepted the invitation and signed in. `name` is part of addresses, and unique. */
export async function signedInTenant(
  client: Client,
  systemToken: string,
  name: string,
  settings: Readonly<Record<string, unknown>>,
  subscriptionPlan = 'free',
): Promise<SignedInTenant> {
  const email = `admin-${name}@example.com`
  const body = { name, subscriptionPlan, adminEmail: email, settings, inviteDelivery: 'return' }
  const created = succeeded(await client.call('POST', '/api/v1/tenants', { token: systemToken, body }))
  const tenantId = text(created.body['tenantId'])
  const token = object(created.body['invitation'])['token']
  succeeded(await client.call('POST', '/api/v1/invitations/accept', { body: { token, password: PASSWORD } }))
  const login = succeeded(await client.login(email, PASSWORD, tenantId))
  const adminId = text(object(login.body['user'])['userId'])
  return { tenantId, token: text(login.body['token']), adminId, email, password: PASSWORD }
}

/** The answer itself, if it is a success. */
export function succeeded(answer: Answer): Answer {
  if (answer.status >= 200 && answer.status < 300) return answer
  throw new Error(`expected a success, got ${answer.status} ${JSON.stringify(answer.body)}`)
}
