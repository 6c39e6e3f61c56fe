import { expect } from 'vitest'
import { object, succeeded, text, type Answer, type Client } from './client.ts'
import { expectSameAnswer } from './crash-checks.ts'
import type { Acknowledged, LoadedTenant, Order } from './crash-load.ts'

/** One whose runner is killed stays claimed for a minute; its tenant's due work and a sweep bring it up again. */
const ENDED_WITHIN = { timeout: 200_000, interval: 250 }

/** Follows what a tenant's clients were told would be answered later: each comes to one end, and never to another. */
export class DeferredEnds {
  readonly #loaded: LoadedTenant
  readonly #seen = new Map<string, Answer['body']>()

  constructor(loaded: LoadedTenant) {
    this.#loaded = loaded
  }

  /** Reads all of them. Returns those that have not ended. Throws where one that had ended has another end, or none. */
  async look(client: Client): Promise<readonly string[]> {
    const { accepted, tenant } = this.#loaded
    const pending: string[] = []
    for (const { order, answer } of accepted) {
      const { body } = succeeded(
        await client.call('GET', text(answer.headers.get('location')), { token: tenant.token }),
      )
      const before = this.#seen.get(order.key)
      if (before) expect(body).toEqual(before)
      else if (body['status'] === 'pending') pending.push(order.key)
      else this.#seen.set(order.key, body)
    }
    return pending
  }

  /** Waits until all have ended, with success, and counts them among what was acknowledged. Returns how many they were. */
  async all(client: Client): Promise<number> {
    await expect.poll(() => this.look(client), ENDED_WITHIN).toEqual([])
    const { acknowledged, accepted, tenant } = this.#loaded
    const ended = accepted.splice(0).map(({ order }) => answeredAtOnce(order, this.#seen.get(order.key)))
    acknowledged.push(...ended)
    for (const one of ended) await expectSameAnswer(client, one, tenant.token)
    return ended.length
  }
}

/** The order as if it had been answered at once: asked so, its key is answered as it was later. */
function answeredAtOnce(order: Order, end: Answer['body'] = {}): Acknowledged {
  const { status, headers, body } = object(end['response'])
  expect([order.key, end['status'], status]).toEqual([order.key, 'succeeded', 201])
  const { deferred: _later, ...now } = order
  const answer = { status: 201, headers: new Headers(headers as Record<string, string>), body: object(body) } // the API's own
  return { order: now, answer }
}
