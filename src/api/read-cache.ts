import { READ_MODEL_LIFETIME } from '#domain/caching/lifetime.ts'
import type { Cache } from '#domain/ports/cache.ts'
import type { Metrics } from '#domain/ports/metrics.ts'
import type { Followed } from '#domain/ports/read-models.ts'
import type { LogHead } from '#domain/ports/tenant-writer.ts'
import { VIEWS, type ViewName } from '#domain/projection/views.ts'

/** Raised when texts under the same key would be of another form. */
const FORMAT = 1
/** Enough of the hash of a log to tell it from every other that there is. */
const HASH_LENGTH = 32
/** Tenants of which the highest position seen is remembered. */
const TENANTS = 10_000

export interface ReadQuestion {
  readonly tenantId: string
  /** Where the log ended when the session was looked up. */
  readonly head: LogHead
  /** Position that the answer must not be older than. */
  readonly required: number
  readonly view: ViewName
  /** Which row or page of the view; without personal data, for it becomes part of a key. */
  readonly what: string
}

/** A row or a page. A row that is not there is not kept: the writer is asked for it in any case. */
type Answer = Followed & { readonly row?: unknown; readonly items?: unknown }

export interface ReadCacheOptions {
  readonly cache: Cache
  /** Whether requests for the same wait together for one answer. Not in workerd, where a promise belongs to its request. */
  readonly waitTogether: boolean
  /** Lets work go on that nobody waits for. */
  readonly inBackground: (work: Promise<void>) => void
  readonly metrics?: Pick<Metrics, 'cached'> | undefined
}

/**
 * Rows and pages of the read models, kept by the very log they follow from: the key holds the position and the hash of the
 * log's end. It is the writer who says where that is, in the answer that says whom the session belongs to, so that no answer
 * is older than that one, which is asked for again after 0.8 s. Every commit makes new keys; nothing has to be removed.
 *
 * What a process has seen of a log it does not forget: a request that comes with an older end is answered without the cache.
 */
export class ReadCache {
  readonly #options: ReadCacheOptions
  /** Highest position seen, by tenant; those seen last at the end. */
  readonly #seen = new Map<string, number>()
  readonly #underWay = new Map<string, Promise<unknown>>()

  constructor(options: ReadCacheOptions) {
    this.#options = options
  }

  /** Answers if the cache does; throws otherwise. */
  ping(): Promise<void> {
    return this.#options.cache.ping()
  }

  /** Told of every position that a tenant's log is known to have reached. */
  saw(tenantId: string, position: number): void {
    const before = this.#seen.get(tenantId) ?? 0
    this.#seen.delete(tenantId)
    this.#seen.set(tenantId, Math.max(before, position))
    if (this.#seen.size <= TENANTS) return
    const oldest = this.#seen.keys().next()
    if (!oldest.done) this.#seen.delete(oldest.value)
  }

  /**
   * The answer as it is kept, or loaded and then kept if it has followed the log to its end.
   * @param load asks the read models
   */
  async read<Found extends Answer>(question: ReadQuestion, load: () => Promise<Found>): Promise<Found> {
    const { tenantId, head, required } = question
    this.saw(tenantId, head.position)
    if (head.position < Math.max(required, this.#seen.get(tenantId) ?? 0)) return load()
    const key = keyOf(question)
    const underWay = this.#underWay.get(key) as Promise<Found> | undefined // begun below for the same key
    if (underWay) {
      const found = await underWay
      // Whoever began it may have asked for less.
      return found.position >= required ? found : load()
    }
    const found = this.#find(key, question, load)
    if (!this.#options.waitTogether) return found
    this.#underWay.set(key, found)
    try {
      return await found
    } finally {
      this.#underWay.delete(key)
    }
  }

  async #find<Found extends Answer>(key: string, { tenantId, view, head }: ReadQuestion, load: () => Promise<Found>) {
    const { cache, metrics, inBackground } = this.#options
    const kept = parsed<Found>(await cache.get(key))
    metrics?.cached(view, kept !== undefined)
    if (kept) return kept
    const loaded = await load()
    this.saw(tenantId, loaded.position)
    const isThere = loaded.row !== undefined || loaded.items !== undefined
    // Rows that another version of the view has made are about to be made anew, at the same position.
    if (isThere && loaded.position === head.position && loaded.viewVersion === VIEWS[view].version)
      inBackground(cache.put(key, JSON.stringify(loaded), READ_MODEL_LIFETIME))
    return loaded
  }
}

const keyOf = ({ tenantId, head, view, what }: ReadQuestion): string =>
  `acci:read:${FORMAT}:${tenantId}:${head.position}:${head.hash.slice(0, HASH_LENGTH)}:${view}.${VIEWS[view].version}:${what}`

/** A text that is none of ours is as good as none. */
function parsed<Found>(text: string | undefined): Found | undefined {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as Found // written by `#find`, under a key that names its form
  } catch {
    return undefined
  }
}
