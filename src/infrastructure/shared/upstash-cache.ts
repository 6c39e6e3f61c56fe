import { Redis } from '@upstash/redis/cloudflare'
import { UnavailableFault } from '#common/unavailable-fault.ts'
import { boundedLifetime } from '#domain/caching/lifetime.ts'
import { CacheRefusedFault, type Cache } from '#domain/ports/cache.ts'

/** Milliseconds after which a request is given up, so that none holds one of the few connections a Worker may have. */
const ANSWER_WITHIN = 1_000

/** A key that is asked for to see whether the server lets us read, and is never there. */
const PROBE = 'acci:probe'

const REFUSAL = /^(?:WRONGPASS|NOAUTH|NOPERM|Unauthorized)/i

/** The library puts the whole command into its messages, and with it what was to be cached. */
const withoutCommand = (fault: unknown): string =>
  (fault instanceof Error ? fault.message : String(fault)).replace(/, command was: .*$/s, '')

export interface UpstashCacheOptions {
  readonly url: string
  readonly token: string
}

/** A Redis behind Upstash's REST protocol: each command is an HTTP request, nothing is open in between. */
export class UpstashCache implements Cache {
  readonly #redis: Redis

  constructor({ url, token }: UpstashCacheOptions) {
    this.#redis = new Redis({
      url,
      token,
      // Texts come back as they are, and each request stands for itself: a try anew would cost what the cache saves.
      automaticDeserialization: false,
      enableAutoPipelining: false,
      readYourWrites: false,
      enableTelemetry: false,
      retry: { retries: 0 },
      signal: () => AbortSignal.timeout(ANSWER_WITHIN),
    })
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.#told(() => this.#redis.get<string>(key))) ?? undefined
  }

  async put(key: string, text: string, lifetime: number): Promise<void> {
    await this.#told(() => this.#redis.set(key, text, { px: boundedLifetime(lifetime) }))
  }

  async ping(): Promise<void> {
    await this.get(PROBE)
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  async #told<Answer>(command: () => Promise<Answer>): Promise<Answer> {
    try {
      return await command()
    } catch (fault) {
      const told = withoutCommand(fault)
      // Without a cause on purpose: it would tell the command.
      throw REFUSAL.test(told)
        ? new CacheRefusedFault(`Upstash Redis refuses the token: ${told}`)
        : new UnavailableFault(`Upstash Redis: ${told}`)
    }
  }
}
