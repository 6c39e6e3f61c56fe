import type { Cache } from '../ports/cache.ts'

/**
 * A near cache in front of a shared one. What the shared one gives is kept near, for no longer than a text may be kept at all:
 * how old it is already, nobody says, so the near one must be the one that forgets sooner.
 */
export class LayeredCache implements Cache {
  readonly #near: Cache
  readonly #shared: Cache
  readonly #lifetime: number

  /** @param lifetime milliseconds for which a text of the shared cache is kept near. */
  constructor(near: Cache, shared: Cache, lifetime: number) {
    this.#near = near
    this.#shared = shared
    this.#lifetime = lifetime
  }

  async get(key: string): Promise<string | undefined> {
    const known = await this.#near.get(key)
    if (known !== undefined) return known
    const shared = await this.#shared.get(key)
    if (shared !== undefined) await this.#near.put(key, shared, this.#lifetime)
    return shared
  }

  async put(key: string, text: string, lifetime: number): Promise<void> {
    await Promise.all([this.#near.put(key, text, lifetime), this.#shared.put(key, text, lifetime)])
  }

  ping(): Promise<void> {
    return this.#shared.ping()
  }

  async close(): Promise<void> {
    await Promise.all([this.#near.close(), this.#shared.close()])
  }
}
