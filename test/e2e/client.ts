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

/** Calls the running product over HTTP. */
export class Client {
  readonly #base: string

  constructor(base: string) {
    this.#base = base
  }

  async call(method: string, path: string, { token, body, headers }: CallOptions = {}): Promise<Answer> {
    const response = await fetch(`${this.#base}${path}`, {
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

const parse = (json: string) => JSON.parse(json) as Readonly<Record<string, unknown>> // every body of the API is an object

/** A field that must be a string. */
export function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`expected a string, got ${JSON.stringify(value)}`)
  return value
}

/** A field that must be an object. */
export const object = (value: unknown) => value as Readonly<Record<string, unknown>> // checked by what the test then expects of it
