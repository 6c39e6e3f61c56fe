import { boundedLifetime, MEMORY_LIFETIME } from '#domain/caching/lifetime.ts'
import type { Cache } from '#domain/ports/cache.ts'
import type { Clock } from '#domain/ports/clock.ts'

const BYTES_OF_CHARACTER = 2
/** What an entry takes beside its texts. */
const BYTES_OF_ENTRY = 200

export interface MemoryBounds {
  readonly entries: number
  /** Estimated: two a character, and what an entry takes by itself. */
  readonly bytes: number
}

/** A small part of an isolate's 128 MB, and of what a container is given. */
const BOUNDS: MemoryBounds = { entries: 10_000, bytes: 16 * 2 ** 20 }

interface Entry {
  readonly text: string
  readonly bytes: number
  /** Milliseconds since the epoch. */
  readonly until: number
}

/** The cache of one process or isolate. What was used least recently goes first. */
export class MemoryCache implements Cache {
  readonly #clock: Clock
  readonly #bounds: MemoryBounds
  /** A Map keeps the order of insertion: what is used moves to the end. */
  readonly #entries = new Map<string, Entry>()
  #bytes = 0

  constructor(clock: Clock, bounds = BOUNDS) {
    this.#clock = clock
    this.#bounds = bounds
  }

  get(key: string): Promise<string | undefined> {
    const entry = this.#entries.get(key)
    if (!entry) return Promise.resolve(undefined)
    this.#remove(key, entry)
    if (this.#clock() >= entry.until) return Promise.resolve(undefined)
    this.#insert(key, entry)
    return Promise.resolve(entry.text)
  }

  put(key: string, text: string, lifetime: number): Promise<void> {
    const before = this.#entries.get(key)
    if (before) this.#remove(key, before)
    const bytes = BYTES_OF_CHARACTER * (key.length + text.length) + BYTES_OF_ENTRY
    // One entry that took everything would leave nothing to the others.
    if (bytes <= this.#bounds.bytes / 4)
      this.#insert(key, { text, bytes, until: this.#clock() + boundedLifetime(lifetime, MEMORY_LIFETIME) })
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size <= this.#bounds.entries && this.#bytes <= this.#bounds.bytes) break
      this.#remove(oldest, entry)
    }
    return Promise.resolve()
  }

  ping(): Promise<void> {
    return Promise.resolve()
  }

  close(): Promise<void> {
    this.#entries.clear()
    this.#bytes = 0
    return Promise.resolve()
  }

  #insert(key: string, entry: Entry): void {
    this.#entries.set(key, entry)
    this.#bytes += entry.bytes
  }

  #remove(key: string, entry: Entry): void {
    this.#entries.delete(key)
    this.#bytes -= entry.bytes
  }
}
