import { createClient, ErrorReply } from 'redis'
import { answeredWithin } from '#common/answered-within.ts'
import { UnavailableFault } from '#common/unavailable-fault.ts'
import { boundedLifetime } from '#domain/caching/lifetime.ts'
import { CacheRefusedFault, type Cache } from '#domain/ports/cache.ts'

/** Milliseconds for a connection, and for the first answer over it. */
const CONNECT_WITHIN = 1_000
/** Milliseconds between tries to connect again: doubled between these bounds. */
const RETRY = { first: 50, longest: 2_000 }
/** TCP itself would hope for a quarter of an hour. */
const SILENT_AFTER = 2_000

/** Answers that waiting does not change. Others (`LOADING`, `MASTERDOWN`, …) pass. */
const REFUSAL = /^(?:WRONGPASS|NOAUTH|NOPERM|ERR (?:invalid (?:username-)?password|AUTH |.*\bDB index))/i

/** A key that is asked for to see whether the server lets us read, and is never there. */
const PROBE = 'acci:probe'

const refusalOf = (fault: unknown): CacheRefusedFault | undefined =>
  fault instanceof ErrorReply && REFUSAL.test(fault.message)
    ? new CacheRefusedFault(`Redis refuses the user, the password or the database: ${fault.message}`)
    : undefined

export interface RedisCacheOptions {
  /** `redis://` or, with TLS, `rediss://`; user, password and number of the database in it. */
  readonly url: string
  /** Milliseconds after which a connection that owes an answer counts as lost. */
  readonly silentAfter?: number
}

/** A Redis over one connection, on which requests share round trips. */
export class RedisCache implements Cache {
  readonly #options: RedisCacheOptions
  #client: Client
  /** Why there is no connection. */
  #lost: Error | undefined
  #owed = 0
  /** When the oldest answer that is still owed was asked for, or the last one came, in milliseconds of a steady clock. */
  #waitingSince = 0

  private constructor(options: RedisCacheOptions) {
    this.#options = options
    this.#client = this.#connected()
  }

  /**
   * Opens the connection. A server that is away is no fault: it is connected to once it is there.
   * @throws CacheRefusedFault when the server is there and refuses the user, the password or the database
   */
  static async open(options: RedisCacheOptions): Promise<RedisCache> {
    const cache = new RedisCache(options)
    const { promise: settled, resolve } = Promise.withResolvers<unknown>()
    cache.#client.once('ready', () => resolve(undefined))
    cache.#client.once('error', resolve)
    const fault = await answeredWithin(2 * CONNECT_WITHIN, settled)
      .then(async (failed) => failed ?? cache.ping())
      .catch((failed: unknown) => failed)
    const refusal = fault instanceof CacheRefusedFault ? fault : refusalOf(fault)
    if (!refusal) return cache
    await cache.close()
    throw refusal
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.#ask((client) => client.get(key))) ?? undefined
  }

  async put(key: string, text: string, lifetime: number): Promise<void> {
    const value = boundedLifetime(lifetime)
    await this.#ask((client) => client.set(key, text, { expiration: { type: 'PX', value } }))
  }

  async ping(): Promise<void> {
    await answeredWithin(CONNECT_WITHIN, this.get(PROBE))
  }

  close(): Promise<void> {
    this.#client.destroy()
    return Promise.resolve()
  }

  async #ask<Answer>(command: (client: Client) => Promise<Answer>): Promise<Answer> {
    const now = performance.now()
    const { silentAfter = SILENT_AFTER } = this.#options
    if (this.#owed > 0 && now - this.#waitingSince > silentAfter) this.#reconnect()
    if (this.#owed === 0) this.#waitingSince = now
    const client = this.#client
    this.#owed++
    try {
      return await command(client)
    } catch (fault) {
      throw refusalOf(fault) ?? new UnavailableFault(`Redis: ${String(this.#lost ?? fault)}`, { cause: fault })
    } finally {
      if (client === this.#client) {
        this.#owed--
        this.#waitingSince = performance.now()
      }
    }
  }

  #reconnect(): void {
    const silent = this.#client
    this.#owed = 0
    this.#client = this.#connected()
    silent.destroy()
  }

  #connected(): Client {
    const client = createRedisClient(this.#options.url)
    client.on('error', (fault: Error) => (this.#lost = fault))
    client.on('ready', () => (this.#lost = undefined))
    // Rejects when the client is destroyed before it is connected; everything else is told as an event.
    client.connect().catch(() => undefined)
    return client
  }
}

type Client = ReturnType<typeof createRedisClient>

/** A client that connects again by itself, and refuses commands while it is not connected instead of keeping them. */
const createRedisClient = (url: string) =>
  createClient({
    url,
    disableOfflineQueue: true,
    socket: {
      connectTimeout: CONNECT_WITHIN,
      reconnectStrategy: (retries) => Math.min(RETRY.first * 2 ** retries, RETRY.longest),
    },
  })
