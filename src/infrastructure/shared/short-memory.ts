import type { Clock } from '#domain/ports/clock.ts'

interface Kept<Value> {
  readonly value: Value
  size: number
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** Milliseconds. Longer than a tenant at work waits for its next turn, and too short to remember idle ones. */
const KEPT = 2_000

/** What a process remembers of each tenant for two seconds, and of all of them no more than it may. */
export class ShortMemory<Value> {
  readonly #clock: Clock
  readonly #capacity: number
  /** Whose value was set last comes last. */
  readonly #tenants = new Map<string, Kept<Value>>()
  #size = 0

  /** @param capacity the sizes of all values together, in the unit in which they are told */
  constructor(clock: Clock, capacity: number) {
    this.#clock = clock
    this.#capacity = capacity
  }

  get(tenantId: string): Value | undefined {
    const kept = this.#tenants.get(tenantId)
    if (!kept) return undefined
    if (this.#clock() - kept.at <= KEPT) return kept.value
    this.delete(tenantId)
    return undefined
  }

  /** Remembers this from now on. What was set longest ago is forgotten where all of it is too much. */
  set(tenantId: string, value: Value, size: number): void {
    this.delete(tenantId)
    this.#tenants.set(tenantId, { value, size, at: this.#clock() })
    this.#size += size
    for (const oldest of this.#tenants.keys()) {
      if (this.#size <= this.#capacity) break
      this.delete(oldest)
    }
  }

  /** Tells how large a value has become, which is no older or younger for it. */
  resize(tenantId: string, size: number): void {
    const kept = this.#tenants.get(tenantId)
    if (!kept) return
    this.#size += size - kept.size
    kept.size = size
  }

  delete(tenantId: string): void {
    this.#size -= this.#tenants.get(tenantId)?.size ?? 0
    this.#tenants.delete(tenantId)
  }
}
