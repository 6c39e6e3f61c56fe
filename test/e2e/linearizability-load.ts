import type { SeededRandom } from '../support/seeded-random.ts'
import {
  isRead,
  type ReadRequest,
  type TenantAnswer,
  type TenantOperation,
  type TenantRequest,
  type WriteRequest,
} from '../support/tenant-model.ts'
import type { Answer, Client, SignedInTenant } from './client.ts'
import { text } from './client.ts'
import type { FollowedLog } from './crash-log.ts'
import { readAnswer, sendRead, versionOf } from './linearizability-reads.ts'

/** Addresses that a tenant's clients register: few, so that they ask for the same ones. */
const ADDRESSES = 12
/** Of what clients ask, so much are reads, and half of these come with the token of what the client has seen. */
const READS = 0.4
const WITH_TOKEN = 0.5
/** Of the writes. */
const TENANT_RENAMED = 0.1
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
  readonly request: TenantRequest
  readonly called: number
  readonly returned?: number
  readonly answer?: TenantAnswer
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

/** A client that wants what the others want, and reads what has become of it. */
export class Contender {
  readonly #options: ContenderOptions
  /** Of users, and of the tenant, as last seen. */
  readonly #versions = new Map<string, number>()
  /** The user it has written last, and the position of its own last write. */
  #own: string | undefined
  #seen = 0

  constructor(options: ContenderOptions) {
    this.#options = options
  }

  async work(): Promise<void> {
    const { gate, name, random } = this.#options
    for (let number = 0; !gate.ending; number++) {
      const key = `${name}-${number}`
      await gate.pass()
      await (random.next() < READS ? this.#read(key) : this.#write(key))
    }
  }

  async #write(key: string): Promise<void> {
    const { gate, asked } = this.#options
    const request = this.#nextWrite(key)
    const called = performance.now()
    const answer = await this.#answered(key, request)
    if (!answer) {
      asked.push({ key, request, called })
      return
    }
    const returned = performance.now()
    asked.push({ key, request: named(request, answer), called, returned, answer: told(request, answer) })
    this.#learn(request, answer)
    gate.answered()
  }

  /** A read that was not answered has not been. */
  async #read(key: string): Promise<void> {
    const { gate, asked, client, tenant } = this.#options
    const request = this.#nextRead()
    const called = performance.now()
    const answer = await sendRead(client(), tenant, request).catch(() => undefined)
    if (!answer || answer.status >= 500) return
    asked.push({ key, request, called, returned: performance.now(), answer: readAnswer(request, answer, tenant) })
    gate.answered()
  }

  #nextWrite(key: string): WriteRequest {
    const { random, users, tenant } = this.#options
    const userId = users[random.integer(0, users.length - 1)]
    const name = `Renamed by ${key}`
    const known = (id: string) => {
      const expected = random.next() < 0.7 ? this.#versions.get(id) : undefined
      return expected === undefined ? {} : { expected }
    }
    const choice = random.next()
    if (choice < TENANT_RENAMED) return { kind: 'renameTenant', name, ...known(tenant.tenantId) }
    if (userId === undefined || choice < TENANT_RENAMED + 0.2) {
      const email = `someone-${random.integer(1, ADDRESSES)}@example.com`
      return { kind: 'register', userId: `nobody ${key}`, email }
    }
    return { kind: 'rename', userId, name, ...known(userId) }
  }

  #nextRead(): ReadRequest {
    const { random, users } = this.#options
    const from = random.next() < WITH_TOKEN ? this.#seen : 0
    const userId = random.next() < 0.5 ? this.#own : users[random.integer(0, users.length - 1)]
    const choice = random.next()
    if (choice < 0.2) return { kind: 'readTenant', from }
    return userId === undefined || choice < 0.5 ? { kind: 'readUsers', from } : { kind: 'readUser', userId, from }
  }

  /** The answer, if there is one at last. The same request is sent again while nobody has answered it, or given up. */
  async #answered(key: string, request: WriteRequest): Promise<Answer | undefined> {
    const { gate, random } = this.#options
    for (;;) {
      const answer = await this.#send(key, request).catch(() => undefined)
      if (answer && answer.status < 500) return answer
      if (random.next() < GIVEN_UP) return undefined
      await new Promise((resolve) => setImmediate(resolve))
      await gate.pass()
    }
  }

  #send(key: string, request: WriteRequest): Promise<Answer> {
    const { client, tenant } = this.#options
    const path = `/api/v1/tenants/${tenant.tenantId}`
    const common = { 'Idempotency-Key': key, 'X-Correlation-Id': key }
    const { token } = tenant
    if (request.kind === 'register') {
      const body = { email: request.email, role: 'user', inviteDelivery: 'return' }
      return client().call('POST', `${path}/users`, { token, body, headers: common })
    }
    const { expected, name } = request
    const headers = { ...common, ...(expected !== undefined && { 'If-Match': `"${expected}"` }) }
    return request.kind === 'rename'
      ? client().call('PATCH', `${path}/users/${request.userId}`, { token, body: { displayName: name }, headers })
      : client().call('PATCH', path, { token, body: { name }, headers })
  }

  #learn(request: WriteRequest, answer: Answer): void {
    const { tenant, users } = this.#options
    const ofTenant = request.kind === 'renameTenant'
    if (answer.status >= 300) {
      // Somebody else has changed it: seen anew before it is changed again.
      this.#versions.delete(ofTenant ? tenant.tenantId : request.userId)
      return
    }
    this.#seen = positionOf(answer)
    this.#versions.set(ofTenant ? tenant.tenantId : text(answer.body['userId']), versionOf(answer))
    if (ofTenant) return
    this.#own = text(answer.body['userId'])
    if (request.kind === 'register') users.push(this.#own)
  }
}

const positionOf = (answer: Answer): number => Number(text(answer.headers.get('consistency-token')).split('@')[1])

/** Who was registered is known from the answer. */
const named = (request: WriteRequest, { status, body }: Answer): WriteRequest =>
  request.kind === 'register' && status < 300 ? { ...request, userId: text(body['userId']) } : request

function told(request: WriteRequest, answer: Answer): TenantAnswer {
  if (answer.status >= 300) return { ok: false, code: text(answer.body['code']) }
  const { displayName, name } = answer.body
  return {
    ok: true,
    version: versionOf(answer),
    position: positionOf(answer),
    ...nameGiven(request, displayName ?? name),
  }
}

/** Whoever is registered here has no name yet. */
const nameGiven = (request: WriteRequest, name: unknown) => (request.kind === 'register' ? {} : { name: text(name) })

/** The history: what nobody was told of has happened, at some time, if the log says so, and else not at all. */
export function resolved(asked: readonly Asked[], log: FollowedLog): readonly TenantOperation[] {
  const byKey = Map.groupBy(log.envelopes, ({ correlationId }) => correlationId)
  return asked.flatMap(({ key, request, called, returned, answer }): readonly TenantOperation[] => {
    if (answer && returned !== undefined) return [{ called, returned, input: request, output: answer }]
    const last = byKey.get(key)?.at(-1)
    if (!last || isRead(request)) return []
    const { aggregate, position } = last
    const name = request.kind === 'register' ? {} : { name: request.name }
    const output = { ok: true, version: aggregate.version, position, ...name } as const
    const input = request.kind === 'register' ? { ...request, userId: aggregate.id } : request
    return [{ called, returned: Infinity, input, output }]
  })
}
