import type { RecordedStoreEvent } from '#domain/ports/event-store.ts'

/** The place in $all before everything: commit and prepare position, both zero. */
export const ALL_START = '0'.repeat(32)

/** Positions in $all stand in addresses as commit and prepare position, in 16 hexadecimal digits each. */
const positionOf = (checkpoint: string): string => BigInt(checkpoint).toString(16).padStart(16, '0').repeat(2)
export const checkpointOf = (position: string): string => BigInt(`0x${position.slice(0, 16)}`).toString()

/** A page as AtomPub shows it in JSON: newest first, data and metadata as texts. */
const entriesOf = (events: readonly RecordedStoreEvent[]) =>
  events.toReversed().map(({ id, type, stream, revision, data, metadata }) => ({
    eventId: id,
    eventType: type,
    eventNumber: revision,
    streamId: stream,
    data: JSON.stringify(data),
    metaData: JSON.stringify(metadata),
  }))

export const streamFeed = (events: readonly RecordedStoreEvent[], isEnd: boolean) => ({
  headOfStream: isEnd,
  links: [],
  entries: entriesOf(events),
})

/** @param next place to read on from, if there is one. */
export const allFeed = (events: readonly RecordedStoreEvent[], next: string | undefined) => ({
  headOfStream: false,
  links:
    next === undefined
      ? []
      : [{ relation: 'previous', uri: `streams/%24all/${positionOf(next)}/forward/${events.length}` }],
  entries: entriesOf(events),
})
