/**
 * Texts that are kept for a limited time and may be gone at any moment. What must not be stale carries in its key what it
 * depends on: nothing is ever removed. Faults (away, silent, refusing) throw.
 */
export interface Cache {
  get(key: string): Promise<string | undefined>
  /** @param lifetime milliseconds; whatever is asked for, none exceeds `LONGEST_LIFETIME`. */
  put(key: string, text: string, lifetime: number): Promise<void>
  /** Answers if the cache does; throws otherwise. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** The cache is there, but does not let us in: waiting does not help. */
export class CacheRefusedFault extends Error {
  override readonly name = 'CacheRefusedFault'
}
