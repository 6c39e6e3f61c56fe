import { setTimeout as delay } from 'node:timers/promises'
import type { SeededRandom } from '../support/seeded-random.ts'
import { succeeded, text, type Answer, type Client, type SignedInTenant } from './client.ts'

/** A request and what must be in the log once it is acknowledged. `key` is its Idempotency-Key and its correlation id. */
export interface Order {
  readonly key: string
  readonly method: 'POST' | 'PATCH'
  readonly path: string
  readonly body: unknown
  readonly events: readonly string[]
  /** To be answered later (`Prefer: respond-async`): it is acknowledged once its outcome has been read. */
  readonly deferred?: boolean
}

export interface Acknowledged {
  readonly order: Order
  readonly answer: Answer
}

/** What the clients of one tenant share. */
export interface LoadedTenant {
  readonly tenant: SignedInTenant
  readonly acknowledged: Acknowledged[]
  /** Orders that were accepted to be answered later; the answer says where. */
  readonly accepted: Acknowledged[]
}

/** What has become of the requests; how many had to be sent again is the power of the test. */
export interface LoadCounts {
  acknowledged: number
  inDoubt: number
  /** Answers of 5xx: a product that is up has no reason for one. */
  faults: number
}

/** Many clients at work on many tenants. Each sends one request after another; one in doubt it sends again, the same. */
export class Load {
  readonly counts: LoadCounts = { acknowledged: 0, inDoubt: 0, faults: 0 }
  readonly #client: () => Client
  readonly #pause: number
  readonly #waiting: { readonly count: number; readonly resolve: () => void }[] = []
  #up = Promise.withResolvers<void>()
  #ending = false
  #clients: readonly Promise<void>[] = []
  /** Of the registrations from now on, so many are to be answered later: from 0 to 1. */
  deferring = 0

  /** @param pause milliseconds a client waits before it sends again what is in doubt; 0: no longer than it must */
  constructor(client: () => Client, pause = 0) {
    this.#client = client
    this.#pause = pause
  }

  start(tenants: readonly LoadedTenant[], clientsEach: number, randomOf: (client: number) => SeededRandom): void {
    this.#clients = tenants.flatMap((loaded, tenant) =>
      Array.from({ length: clientsEach }, (_, index) => {
        const number = tenant * clientsEach + index
        return this.#work(loaded, `c${number}`, randomOf(number))
      }),
    )
  }

  /** Until this is called, and again after `pause`, clients hold what they have to send. */
  resume(): void {
    this.#up.resolve()
  }

  pause(): void {
    this.#up = Promise.withResolvers()
  }

  /** Resolves when so many more requests have been acknowledged; rejects when a client has met with a fault. */
  async acknowledgements(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push({ count: this.counts.acknowledged + count, resolve })
    await Promise.race([promise, this.unlessFault()])
  }

  /** Rejects when a client has met with a fault; resolves when all have ended. */
  async unlessFault(): Promise<void> {
    await Promise.all(this.#clients)
  }

  /** Every client ends when its present request is acknowledged. */
  async end(): Promise<void> {
    this.#ending = true
    await Promise.all(this.#clients)
  }

  async #work({ tenant, acknowledged, accepted }: LoadedTenant, name: string, random: SeededRandom): Promise<void> {
    /** Users of this client's own that are not deactivated: it alone changes them, so each of its requests must succeed. */
    const users: string[] = []
    for (let number = 0; !this.#ending; number++) {
      const key = `${name}-${number}`
      const { order, registers } = nextOrder(tenant.tenantId, key, users, random, this.deferring)
      const answer = await this.#acknowledge(order, tenant.token)
      const isLater = answer.status === 202
      ;(isLater ? accepted : acknowledged).push({ order, answer })
      this.counts.acknowledged++
      // Whoever is registered later is nobody that this client knows.
      if (registers && !isLater) users.push(text(answer.body['userId']))
      for (const { count, resolve } of this.#waiting) if (this.counts.acknowledged >= count) resolve()
    }
  }

  async #acknowledge(order: Order, token: string): Promise<Answer> {
    for (;;) {
      await this.#up.promise
      const answer = await send(this.#client(), order, token).catch(() => undefined)
      if (answer && answer.status < 500) return succeeded(answer)
      // That does not pass.
      if (answer?.body['code'] === 'tenant.fenced') throw new Error(`the tenant is fenced at ${order.key}`)
      if (answer) this.counts.faults++
      this.counts.inDoubt++
      // Gives way, so that a fault which is answered at once cannot keep the kill from coming.
      await (this.#pause > 0 ? delay(this.#pause) : new Promise((resolve) => setImmediate(resolve)))
    }
  }
}

export const send = (client: Client, { key, method, path, body, deferred }: Order, token: string): Promise<Answer> => {
  const headers = { 'Idempotency-Key': key, 'X-Correlation-Id': key, ...(deferred && { Prefer: 'respond-async' }) }
  return client.call(method, path, { token, body, headers })
}

/** @param deferring of the registrations, how many are to be answered later */
function nextOrder(tenantId: string, key: string, users: string[], random: SeededRandom, deferring: number) {
  const path = `/api/v1/tenants/${tenantId}/users`
  const at = random.integer(0, users.length - 1)
  const user = users[at]
  const choice = random.next()
  if (user === undefined || choice < 0.5) {
    const body = { email: `${key}@example.com`, role: 'user', inviteDelivery: 'return', metadata: { key } }
    const events = ['user.registered', 'user.invited']
    const deferred = deferring > 0 && random.next() < deferring
    return { registers: true, order: { key, method: 'POST', path, body, events, deferred } as const }
  }
  if (choice < 0.8) {
    const body = { displayName: `Renamed by ${key}` }
    const events = ['user.profile_updated']
    return { registers: false, order: { key, method: 'PATCH', path: `${path}/${user}`, body, events } as const }
  }
  users.splice(at, 1)
  const body = { reason: 'adminAction', deactivationType: 'permanent' }
  const events = ['user.deactivated']
  return { registers: false, order: { key, method: 'POST', path: `${path}/${user}/deactivate`, body, events } as const }
}
