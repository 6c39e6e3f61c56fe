import type { SeededRandom } from '../support/seeded-random.ts'
import type { UserAnswer, UserOperation, UserRequest } from '../support/users-model.ts'
import type { Answer, Client, SignedInTenant } from './client.ts'
import { text } from './client.ts'
import type { FollowedLog } from './crash-log.ts'

/** Addresses that a tenant's clients register: few, so that they ask for the same ones. */
const ADDRESSES = 12
/** Of the requests in doubt, so many are never sent again: only the log tells what has become of them. */
const GIVEN_UP = 0.5

/** Holds clients back while the product is down. */
export interface Gate {
  /** Resolves when it is open. */
  pass(): Promise<void>
  open(): void
  close(): void
  /** Every client ends after its present request. */
  end(): void
  readonly ending: boolean
  /** Somebody has been answered. */
  answered(): void
  /** Resolves when so many more answers have been given. */
  answers(count: number): Promise<void>
}

/** A request, and what has become of it as far as its client knows. */
export interface Asked {
  readonly key: string
  readonly request: UserRequest
  readonly called: number
  readonly returned?: number
  readonly answer?: UserAnswer
}

interface ContenderOptions {
  readonly name: string
  readonly tenant: SignedInTenant
  readonly client: () => Client
  readonly gate: Gate
  readonly random: SeededRandom
  /** Takes up all that is asked of the tenant. */
  readonly asked: Asked[]
  /** Users that are known to all clients of the tenant. */
  readonly users: string[]
}

/** A client that wants what the others want. */
export class Contender {
  readonly #options: ContenderOptions
  readonly #versions = new Map<string, number>()

  constructor(options: ContenderOptions) {
    this.#options = options
  }

  async work(): Promise<void> {
    const { gate, name, asked } = this.#options
    for (let number = 0; !gate.ending; number++) {
      const key = `${name}-${number}`
      const request = this.#next(key)
      await gate.pass()
      const called = performance.now()
      const answer = await this.#answered(key, request)
      if (!answer) asked.push({ key, request, called })
      else {
        asked.push({
          key,
          request: named(request, answer),
          called,
          returned: performance.now(),
          answer: told(request, answer),
        })
        this.#learn(request, answer)
        gate.answered()
      }
    }
  }

  #next(key: string): UserRequest {
    const { random, users } = this.#options
    const userId = users[random.integer(0, users.length - 1)]
    if (userId === undefined || random.next() < 0.2) {
      const email = `someone-${random.integer(1, ADDRESSES)}@example.com`
      return { kind: 'register', userId: `nobody ${key}`, email }
    }
    const expected = random.next() < 0.7 ? this.#versions.get(userId) : undefined
    return { kind: 'rename', userId, name: `Renamed by ${key}`, ...(expected !== undefined && { expected }) }
  }

  /** The answer, if there is one at last. The same request is sent again while nobody has answered it, or given up. */
  async #answered(key: string, request: UserRequest): Promise<Answer | undefined> {
    const { gate, random } = this.#options
    for (;;) {
      const answer = await this.#send(key, request).catch(() => undefined)
      if (answer && answer.status < 500) return answer
      if (random.next() < GIVEN_UP) return undefined
      await new Promise((resolve) => setImmediate(resolve))
      await gate.pass()
    }
  }

  #send(key: string, request: UserRequest): Promise<Answer> {
    const { client, tenant } = this.#options
    const path = `/api/v1/tenants/${tenant.tenantId}/users`
    const common = { 'Idempotency-Key': key, 'X-Correlation-Id': key }
    const { token } = tenant
    if (request.kind === 'register') {
      const body = { email: request.email, role: 'user', inviteDelivery: 'return' }
      return client().call('POST', path, { token, body, headers: common })
    }
    const { expected, name } = request.kind === 'rename' ? request : { expected: undefined, name: '' }
    const headers = { ...common, ...(expected !== undefined && { 'If-Match': `"${expected}"` }) }
    return client().call('PATCH', `${path}/${request.userId}`, { token, body: { displayName: name }, headers })
  }

  #learn(request: UserRequest, answer: Answer): void {
    if (answer.status >= 300) {
      // Somebody else has changed the user: seen anew before it is changed again.
      this.#versions.delete(request.userId)
      return
    }
    const userId = text(answer.body['userId'])
    if (request.kind === 'register') this.#options.users.push(userId)
    this.#versions.set(userId, versionOf(answer))
  }
}

const versionOf = (answer: Answer): number => Number(text(answer.headers.get('etag')).replaceAll(/\D/g, ''))

/** Who was registered is known from the answer. */
const named = (request: UserRequest, { status, body }: Answer): UserRequest =>
  request.kind === 'register' && status < 300 ? { ...request, userId: text(body['userId']) } : request

function told(request: UserRequest, answer: Answer): UserAnswer {
  if (answer.status >= 300) return { ok: false, code: text(answer.body['code']) }
  const name = request.kind === 'rename' ? { name: text(answer.body['displayName']) } : {}
  return { ok: true, version: versionOf(answer), ...name }
}

/** The history: what nobody was told of has happened, at some time, if the log says so, and else not at all. */
export function resolved(asked: readonly Asked[], log: FollowedLog): readonly UserOperation[] {
  const byKey = Map.groupBy(log.envelopes, ({ correlationId }) => correlationId)
  return asked.flatMap(({ key, request, called, returned, answer }): readonly UserOperation[] => {
    if (answer && returned !== undefined) return [{ called, returned, input: request, output: answer }]
    const last = byKey.get(key)?.at(-1)
    if (!last) return []
    const name = request.kind === 'rename' ? { name: request.name } : {}
    const output = { ok: true, version: last.aggregate.version, ...name } as const
    return [{ called, returned: Infinity, input: { ...request, userId: last.aggregate.id }, output }]
  })
}
