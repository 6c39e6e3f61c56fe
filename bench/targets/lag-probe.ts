import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import type { UserTarget } from '../load/order.ts'
import type { Measuring } from '../measure/measuring.ts'
import type { ProductSide } from '../sides/product-side.ts'

/** Milliseconds between two samples, and between two looks at the read models. */
const PAUSE_MS = 25
const POLL_MS = 1
/** A read model that has not followed by then counts as this late. */
const GIVE_UP_MS = 10_000

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

/** How long after the answer of a command its event is in the read models, while others load the product. */
export class LagProbe {
  readonly #side: ProductSide
  #acknowledged = 0

  constructor(side: ProductSide) {
    this.#side = side
  }

  /** Samples as long as some work goes on. Lags in milliseconds. */
  async during<Result>(
    measuring: Measuring,
    work: () => Promise<Result>,
  ): Promise<readonly [Result, { readonly p95: number; readonly p99: number }]> {
    const client = new Client({ connectionString: this.#side.databaseUrl })
    await client.connect()
    const lags: number[] = []
    const over = new AbortController()
    const sample = async (): Promise<void> => {
      while (!over.signal.aborted) {
        lags.push(await this.#sample(client))
        await delay(PAUSE_MS)
      }
    }
    try {
      const sampling = sample()
      const result = await work().finally(() => over.abort())
      await sampling
      lags.sort((a, b) => a - b)
      return [result, { p95: percentile(lags, 0.95), p99: percentile(lags, 0.99) }]
    } finally {
      measuring.ledger.add(this.#side, { acknowledged: this.#acknowledged, lost: 0 })
      await client.end()
    }
  }

  async #sample(client: Client): Promise<number> {
    const { many } = this.#side
    const user = many[Math.floor(Math.random() * many.length)]
    if (!user) throw new Error('a probe needs a user')
    const position = await this.#change(user)
    const answeredAt = performance.now()
    for (;;) {
      const { rows } = await client.query<{ position: string }>({
        name: 'reached',
        text: 'select position from read_models.checkpoint where tenant_id = $1',
        values: [user.tenantId],
      })
      const lag = performance.now() - answeredAt
      if (Number(rows[0]?.position ?? 0) >= position || lag > GIVE_UP_MS) return lag
      await delay(POLL_MS)
    }
  }

  /** Changes a user; returns the position of the event. */
  async #change({ tenantId, userId, token }: UserTarget): Promise<number> {
    const response = await fetch(`${this.#side.url}/api/v1/tenants/${tenantId}/users/${userId}`, {
      method: 'PATCH',
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/json',
        'Idempotency-Key': randomUUID(),
      },
      body: JSON.stringify({ displayName: `Probe ${randomUUID()}` }),
    })
    const body = await response.text()
    if (!response.ok) throw new Error(`the probe was answered with ${response.status}: ${body}`)
    this.#acknowledged += 1
    const consistency = response.headers.get('consistency-token') ?? ''
    return Number(consistency.slice(consistency.lastIndexOf('@') + 1))
  }
}
