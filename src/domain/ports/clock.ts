/** Wall clock in milliseconds since the epoch. Nothing is ordered by it: order is the position in the log. */
export type Clock = () => number

export const systemClock: Clock = () => Date.now()

/** RFC 3339, UTC, milliseconds. */
export const timestampOf = (milliseconds: number): string => new Date(milliseconds).toISOString()
