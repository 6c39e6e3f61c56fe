const MINUTE = 60_000

/** No cache keeps anything for longer, in milliseconds (seed line 760). */
export const LONGEST_LIFETIME = 60 * MINUTE
/** Rows and pages of read models (seed line 2461). */
export const READ_MODEL_LIFETIME = 15 * MINUTE
/** The memory of a process or isolate forgets sooner (seed line 757). */
export const MEMORY_LIFETIME = 5 * MINUTE

/** The one place that bounds how long something is cached: whole milliseconds, at least one. Every adapter asks it. */
export const boundedLifetime = (asked: number, longest = LONGEST_LIFETIME): number =>
  Math.max(1, Math.floor(Math.min(asked, longest, LONGEST_LIFETIME)))
