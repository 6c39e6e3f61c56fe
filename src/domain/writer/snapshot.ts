import type { Json } from '#common/json.ts'

/** Raised whenever an evolver changes its result for the same events: older snapshots are then folded anew (G-26). */
export const REDUCER_VERSION = 1

/** Every how many versions of an aggregate a snapshot is kept. */
export const SNAPSHOT_INTERVAL = 100

/** Text compression for snapshots. */
export interface Compression {
  /** base64url of the raw deflated UTF-8 text. */
  compress(text: string): string
  decompress(compressed: string): string
}

export interface Snapshot {
  readonly reducer: number
  /** Position of the last event the state holds. */
  readonly position: number
  readonly state: string
}

export const takeSnapshot = (state: Json, position: number, compression: Compression): Snapshot => ({
  reducer: REDUCER_VERSION,
  position,
  state: compression.compress(JSON.stringify(state)),
})

/** The state in a snapshot, or undefined when it was made by other reducers and must not be used. */
export const restoreSnapshot = (snapshot: Snapshot, compression: Compression): Json | undefined =>
  snapshot.reducer === REDUCER_VERSION ? (JSON.parse(compression.decompress(snapshot.state)) as Json) : undefined // written by takeSnapshot
