import { answeredWithin } from '#common/answered-within.ts'
import type { Cache } from '../ports/cache.ts'
import type { Clock } from '../ports/clock.ts'
import type { Logger } from '../ports/logger.ts'

/** Milliseconds a request may lose to a cache that does not answer. */
const ANSWER_WITHIN = 50
/** Milliseconds for which a cache that failed is left alone. */
const LEFT_ALONE = 5_000

export interface GuardedCacheOptions {
  readonly clock: Clock
  readonly logger: Logger
  /** Milliseconds. */
  readonly answerWithin?: number
}

/**
 * A cache that may fail without anybody noticing: what it cannot give is not there. Once it has failed, or kept somebody
 * waiting, it is not asked for five seconds; then one caller tries it, and all others wait for what comes of that without it.
 */
export class GuardedCache implements Cache {
  readonly #cache: Cache
  readonly #options: GuardedCacheOptions
  /** When it may be tried again, in milliseconds since the epoch; undefined while it works. */
  #openUntil: number | undefined

  constructor(cache: Cache, options: GuardedCacheOptions) {
    this.#cache = cache
    this.#options = options
  }

  /** Whether it is being left alone. */
  get isOpen(): boolean {
    return this.#openUntil !== undefined
  }

  get(key: string): Promise<string | undefined> {
    return this.#guarded(() => this.#cache.get(key))
  }

  async put(key: string, text: string, lifetime: number): Promise<void> {
    await this.#guarded(() => this.#cache.put(key, text, lifetime))
  }

  /** Past the guard: whoever asks wants to know. */
  ping(): Promise<void> {
    return this.#cache.ping()
  }

  close(): Promise<void> {
    return this.#cache.close()
  }

  async #guarded<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
    const { clock, answerWithin = ANSWER_WITHIN } = this.#options
    if (this.#openUntil !== undefined) {
      if (clock() < this.#openUntil) return undefined
      // This caller tries it; the others go on without it meanwhile.
      this.#openUntil = clock() + LEFT_ALONE
    }
    try {
      const answer = await answeredWithin(answerWithin, ask())
      this.#works()
      return answer
    } catch (fault) {
      this.#failed(fault)
      return undefined
    }
  }

  #works(): void {
    if (this.#openUntil === undefined) return
    this.#openUntil = undefined
    this.#options.logger.info('the cache works again')
  }

  #failed(fault: unknown): void {
    const isNew = this.#openUntil === undefined
    this.#openUntil = this.#options.clock() + LEFT_ALONE
    if (isNew) this.#options.logger.warn('the cache does not work; going on without it', { fault: String(fault) })
  }
}
