import type { EventEnvelope } from '#common/envelope.ts'
import type { Refusal } from '#common/outcome.ts'
import { appendBytes } from '../event-store/append-bytes.ts'
import { revisionOf, tenantStream, toStoreEvent } from '../event-store/stream-event.ts'
import { APPEND_LIMITS, type AppendResult, type StoreEvent, type StreamStore } from '../ports/event-store.ts'
import type { Fence, FenceReason, Forwarding, ForwardingStorage } from '../ports/forwarding.ts'
import type { Logger } from '../ports/logger.ts'

/** Events of a tenant that may wait for the event store; beyond it commands are refused (G-66). */
export const BACKLOG_LIMIT = 100_000
/** Seconds after which a command that was refused for the backlog may be tried again. */
const RETRY_AFTER = 30

export type ForwardOutcome =
  /** The store holds the log up to its end. */
  | { readonly kind: 'drained'; readonly position: number }
  /** The store did not take the batch, or did not say: to be tried again later. */
  | { readonly kind: 'waiting'; readonly position: number; readonly cause: string }
  | { readonly kind: 'fenced'; readonly position: number; readonly fence: Fence }

/** An end of forwarding for now: what is left is done by a later call. */
class Stopped {
  readonly outcome: ForwardOutcome
  constructor(outcome: ForwardOutcome) {
    this.outcome = outcome
  }
}

export interface ForwarderOptions {
  readonly tenantId: string
  readonly storage: ForwardingStorage
  readonly store: Pick<StreamStore, 'append' | 'readStream' | 'readLast'>
  readonly logger: Pick<Logger, 'warn' | 'error'>
}

/**
 * Sends a tenant's log on to the event store, in order and exactly once. A batch is pinned before its first try and sent with
 * the exact revision it stands on, with the ids its events were committed with: sending it again, after a crash or an answer
 * that never came, changes nothing. A stream that holds anything else fences the tenant; it is never repaired.
 * Several forwarders of one tenant do no harm: they send the same batch, and the saved state lets one of them go on.
 */
export class Forwarder {
  readonly #options: ForwarderOptions
  readonly #stream: string
  /** As last seen. What follows from it is tried against storage before it counts. */
  #seen: Forwarding | undefined
  /** Position of the log's last event when it was last read. */
  #head = 0

  constructor(options: ForwarderOptions) {
    this.#options = options
    this.#stream = tenantStream(options.tenantId)
  }

  /** Sends what waits, batch by batch, until the end of the log or the first trouble. Never throws for the store's sake. */
  async forward(): Promise<ForwardOutcome> {
    let state = this.#seen ?? (await this.#read())
    // Somebody may have lifted the fence.
    if (state.fence) state = await this.#read()
    for (;;) {
      if (state.fence) return { kind: 'fenced', position: state.forwarded, fence: state.fence }
      const { batch, head } = await this.#nextBatch(state)
      if (batch.length === 0) return { kind: 'drained', position: state.forwarded }
      const pinned: Forwarding = { forwarded: state.forwarded, pinnedTo: state.forwarded + batch.length }
      if (state.pinnedTo === undefined && !(await this.#save(state, pinned))) {
        state = await this.#read()
        continue
      }
      const next = await this.#send(pinned, batch)
      if (next instanceof Stopped) return next.outcome
      if (!(await this.#save(pinned, next))) state = await this.#read()
      else if (next.forwarded >= head) return { kind: 'drained', position: next.forwarded }
      else state = next
    }
  }

  /** Why the tenant takes no command now, or undefined when it does. `head` is the position of its last event. */
  async admit(head: number): Promise<Refusal | undefined> {
    if (refusal(this.#seen, head) === undefined) return undefined
    // Another replica may have got further, or somebody may have lifted the fence.
    return refusal(await this.#read(), head)
  }

  /** The pinned batch as it was, or the next one. */
  async #nextBatch({ forwarded, pinnedTo }: Forwarding) {
    const { events, head } = await this.#options.storage.readEvents(
      forwarded,
      pinnedTo === undefined ? APPEND_LIMITS.events : pinnedTo - forwarded,
    )
    this.#head = head.position
    if (pinnedTo === undefined) return { batch: withinLimits(events), head: head.position }
    if (events.at(-1)?.position !== pinnedTo) throw new Error('the log does not give back a batch that has been pinned')
    return { batch: events.map((event) => toStoreEvent(event)), head: head.position }
  }

  /** What is known after a try of the pinned batch. */
  async #send(pinned: Forwarding, batch: readonly StoreEvent[]): Promise<Forwarding | Stopped> {
    const { forwarded } = pinned
    const { store } = this.#options
    const result = await store
      .append(this.#stream, forwarded === 0 ? 'noStream' : revisionOf(forwarded), batch)
      .catch((fault: unknown): AppendResult => ({ kind: 'outcomeUnknown', cause: String(fault) }))
    if (result.kind === 'appended' && result.first === forwarded) return { forwarded: forwarded + batch.length }
    if (result.kind === 'streamDeleted') return this.#fence(pinned, 'stream_deleted', forwarded + 1)
    if (result.kind === 'appended' || result.kind === 'wrongExpectedRevision') {
      try {
        return await this.#reconcile(pinned, batch)
      } catch (fault) {
        return this.#wait(pinned, String(fault))
      }
    }
    return this.#wait(pinned, result.kind === 'outcomeUnknown' ? result.cause : result.kind)
  }

  /** The stream does not end where it was expected to: it holds the batch already, or something that is not the tenant's. */
  async #reconcile(pinned: Forwarding, batch: readonly StoreEvent[]): Promise<Forwarding | Stopped> {
    const { store } = this.#options
    const { forwarded } = pinned
    const last = await store.readLast(this.#stream)
    if (last.kind === 'accessDenied') return this.#wait(pinned, last.kind)
    if (last.kind === 'streamDeleted') return this.#fence(pinned, 'stream_deleted', forwarded + 1)
    // A stream that was deleted and begun anew counts on from where it was; one that is not there ends before revision 0.
    const end = last.kind === 'read' ? (last.events[0]?.revision ?? -1) : -1
    if (end < forwarded - 1) return this.#fence(pinned, 'events_missing', end + 2)
    if (end === forwarded - 1) return this.#wait(pinned, 'the stream has just changed')
    const read = await store.readStream(this.#stream, forwarded, batch.length)
    if (read.kind === 'streamDeleted') return this.#fence(pinned, 'stream_deleted', forwarded + 1)
    // What could not be read says nothing about what is there.
    if (read.kind !== 'read') return this.#wait(pinned, read.kind)
    const found = read.events
    for (const [index, sent] of batch.entries()) {
      const there = found[index]
      if (there?.id === sent.id && there.revision === forwarded + index) continue
      // The stream ends within the batch: what is there is ours, and the rest goes out on its own.
      if (!there && index > 0 && end === forwarded + index - 1) return { forwarded: forwarded + index }
      return this.#fence(pinned, 'foreign_event', forwarded + index + 1)
    }
    return { forwarded: forwarded + batch.length }
  }

  async #fence(pinned: Forwarding, reason: FenceReason, position: number): Promise<Stopped> {
    const fence = { reason, position }
    const { tenantId, logger } = this.#options
    await this.#save(pinned, { forwarded: pinned.forwarded, fence })
    logger.error('the event store does not hold the tenant’s log as it is: the tenant is fenced', {
      tenantId,
      ...fence,
    })
    return new Stopped({ kind: 'fenced', position: pinned.forwarded, fence })
  }

  #wait({ forwarded }: Forwarding, cause: string): Stopped {
    this.#options.logger.warn('the event store did not take a batch; it is sent again', {
      tenantId: this.#options.tenantId,
      cause,
      waiting: this.#head - forwarded,
    })
    return new Stopped({ kind: 'waiting', position: forwarded, cause })
  }

  async #read(): Promise<Forwarding> {
    return (this.#seen = await this.#options.storage.readForwarding())
  }

  async #save(expected: Forwarding, next: Forwarding): Promise<boolean> {
    const saved = await this.#options.storage.saveForwarding(expected, next)
    if (saved) this.#seen = next
    return saved
  }
}

/** Unknown counts as too much: it is looked up. */
function refusal(state: Forwarding | undefined, head: number): Refusal | undefined {
  if (state?.fence) return { code: 'tenant.fenced' }
  if (state && head - state.forwarded < BACKLOG_LIMIT) return undefined
  return { code: 'event_store.backlog_full', retryAfter: RETRY_AFTER }
}

/** As many of the events as one append carries, and at least one. */
function withinLimits(events: readonly EventEnvelope[]): readonly StoreEvent[] {
  const batch: StoreEvent[] = []
  let bytes = 0
  for (const envelope of events) {
    const event = toStoreEvent(envelope)
    bytes += appendBytes([event])
    if (batch.length > 0 && bytes > APPEND_LIMITS.bytes) break
    batch.push(event)
  }
  return batch
}
