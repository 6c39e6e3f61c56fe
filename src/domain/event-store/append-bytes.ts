import { fromUtf8 } from '#common/bytes.ts'
import type { StoreEvent } from '#domain/ports/event-store.ts'

/** What an append weighs as the server counts it: data and metadata of all its events, in bytes of UTF-8. */
export const appendBytes = (events: readonly StoreEvent[]): number =>
  events.reduce(
    (sum, { data, metadata }) =>
      sum + fromUtf8(JSON.stringify(data)).length + fromUtf8(JSON.stringify(metadata)).length,
    0,
  )
