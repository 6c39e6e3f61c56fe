/** A tenant, and somebody who may change its users. */
export interface TenantTarget {
  readonly tenantId: string
  /** Access token; peers that check none are sent one of the same length, so that all take in the same bytes. */
  readonly token: string
}

/** A user whose display name is changed. */
export interface UserTarget extends TenantTarget {
  readonly userId: string
}

/**
 * What is sent, again and again, to somebody who is drawn by chance.
 *
 * - `update`: a user's display name is changed: one event
 * - `register`: a user is registered and invited: two events
 * - `insert`: one row of 1,000 bytes in a transaction of its own: the floor under every durable command
 */
export type Work =
  | { readonly kind: 'update'; readonly url: string; readonly users: readonly UserTarget[] }
  | { readonly kind: 'register'; readonly url: string; readonly tenants: readonly TenantTarget[] }
  | { readonly kind: 'insert'; readonly databaseUrl: string }

/**
 * When it is sent. `closed`: each connection sends its next when its last is answered. `open`: requests arrive by chance
 * (Poisson) at a rate, whatever becomes of those before them; a latency then counts from the instant at which the request was
 * to be sent, so that a server that stalls is charged for everyone whom it kept waiting.
 */
export type Arrivals =
  | { readonly kind: 'closed'; readonly connections: number }
  | { readonly kind: 'open'; readonly perSecond: number }

export interface LoadOrder {
  readonly work: Work
  readonly arrivals: Arrivals
  readonly warmUpMs: number
  readonly measureMs: number
}

/** What the load saw within the measured time, where nothing else is said. Latencies in milliseconds. */
export interface Measured {
  readonly count: number
  /** Operations that were refused or lost; they are in no other figure. */
  readonly refused: number
  readonly perSecond: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  /** CPU time of the load process itself, microseconds an operation; unknown when none ended within the time. */
  readonly generatorMicros?: number
  /** How late the generator itself sent, 95 % and the worst: milliseconds after the intended instant. Zero in a closed loop. */
  readonly lateP95: number
  readonly lateMax: number
  /** Operations that were acknowledged from the start of the load to its end, warm-up and all. */
  readonly acknowledged: number
  /** Operations that were lost from the start of the load to its end. */
  readonly lost: number
  /** Last acknowledged position of every tenant that was written to, where the answers tell it. */
  readonly positions: Readonly<Record<string, number>>
}

/** What the load process tells: where the measured time begins and ends, then the result or why there is none. */
export type LoadMessage =
  | { readonly type: 'measuring' | 'measured' }
  | { readonly type: 'result'; readonly result: Measured }
  | { readonly type: 'fault'; readonly message: string }

/** How an operation ended. `lost`: nobody knows whether it was done, because it had no answer, or one of 500 and above. */
export type Ending = { readonly kind: 'acknowledged' } | { readonly kind: 'refused' | 'lost'; readonly why: string }

/** Sends one operation on a connection that is free, and tells when it is answered and how. */
export interface Sender {
  send(connection: number, done: (ending: Ending) => void): void
  readonly positions: Readonly<Record<string, number>>
  close(): Promise<void>
}
