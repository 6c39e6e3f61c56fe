import type { Connection } from 'rabbitmq-client'
import { expect } from 'vitest'
import { PLATFORM_TENANT_ID } from '#common/ids.ts'
import { tenantStream } from '#domain/event-store/stream-event.ts'
import { testBroker } from '../../tools/rabbitmq/test-broker.ts'
import { provisionRedis } from '../../tools/redis/provision.ts'
import { startUpstashStandIn } from '../../tools/stand-ins/upstash-redis.ts'
import { eventStoreDrained } from '../faults/event-store-drained.ts'
import type { Runtime } from '../faults/fault-row.ts'
import { subscriberServed } from '../faults/subscriber-served.ts'
import { emptyTopology, follow, observer, subscribe } from '../support/rabbitmq.ts'
import { EVENT_STORE_LOGIN, RemoteEventStore } from '../support/remote-event-store.ts'
import { succeeded, text, type Client, type SignedInTenant } from './client.ts'
import { FollowedLog } from './crash-log.ts'
import { ADMIN } from './running-product.ts'

/**
 * What stands around a product besides its database, and outlives its kills: an event store, a Redis, and for the container a
 * broker with a subscriber to all events.
 */
export class Surroundings {
  readonly #runtime: Runtime
  readonly #remote: RemoteEventStore
  readonly #stops: (() => Promise<unknown>)[] = []
  #came: ReadonlyMap<string, number> | undefined

  constructor(runtime: Runtime) {
    this.#runtime = runtime
    this.#remote = new RemoteEventStore(runtime === 'edge' ? 'AtomPub' : 'gRPC')
  }

  /** As a row of the faults names them. */
  get names(): string {
    const all = ['PostgreSQL', 'EventStoreDB (simulated)', 'Redis', ...(this.#runtime === 'edge' ? [] : ['RabbitMQ'])]
    return `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`
  }

  /** Starts them. Returns what the product must know of them. */
  async start(): Promise<Readonly<Record<string, string>>> {
    const url = await this.#remote.comes()
    this.#stops.push(() => this.#remote.goesAway())
    const [cache, broker] = await Promise.all([this.#cache(), this.#runtime === 'edge' ? {} : this.#broker()])
    return { EVENTSTORE_URL: url, ...EVENT_STORE_LOGIN, ...cache, ...broker }
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0).toReversed()) await stop()
  }

  /**
   * Throws unless every tenant still takes commands, the platform too; the event store holds their logs, event by event, and
   * nothing else; and the subscriber has had all events, of each tenant in order, and no others. Returns what is worth telling.
   */
  async check(client: Client, tenants: readonly SignedInTenant[]): Promise<string> {
    // Commands: a fenced tenant refuses them.
    const platform = succeeded(await client.login(ADMIN.email, ADMIN.password))
    for (const { tenantId, token } of tenants)
      succeeded(await client.call('PATCH', `/api/v1/tenants/${tenantId}`, { token, body: { name: 'Not fenced' } }))
    const readers = [...tenants, { tenantId: PLATFORM_TENANT_ID, token: text(platform.body['token']) }]
    const logs = await Promise.all(
      readers.map(async ({ tenantId, token }) => ({
        tenantId,
        log: await new FollowedLog(tenantId, token).follow(client),
      })),
    )
    const now = performance.now()
    await eventStoreDrained(this.#remote)(logs, now)
    const streams = this.#remote.store.readAll(1, 1_000_000).map(({ stream }) => stream)
    const ours = logs.map(({ tenantId }) => tenantStream(tenantId))
    expect(new Set(streams.filter((stream) => !stream.startsWith('$')))).toEqual(new Set(ours))
    if (!this.#came) return 'the event store held all'
    await subscriberServed(this.#came)(logs, now)
    const committed = new Set(logs.flatMap(({ log }) => log.envelopes.map(({ eventId }) => eventId)))
    expect([...this.#came.keys()].filter((eventId) => !committed.has(eventId))).toEqual([])
    return 'the event store held all; a subscriber had all, in order'
  }

  /** The edge reaches its Redis by Upstash's protocol. */
  async #cache(): Promise<Readonly<Record<string, string>>> {
    const redis = await provisionRedis()
    this.#stops.push(() => redis.stop())
    if (this.#runtime === 'container') return { REDIS_URL: redis.url }
    const { url, token, stop } = await startUpstashStandIn({ redisUrl: redis.url, token: 'the-token-of-this-test' })
    this.#stops.push(stop)
    return { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token }
  }

  /** The subscriber is there before the first event. */
  async #broker(): Promise<Readonly<Record<string, string>>> {
    const broker = await testBroker()()
    this.#stops.push(() => broker.remove())
    await broker.start()
    const connection: Connection = observer(broker.url)
    this.#stops.push(async () => connection.unsafeDestroy())
    await emptyTopology(connection)
    this.#came = follow(connection, await subscribe(connection, '#'))
    return { RABBITMQ_URL: broker.url }
  }
}
