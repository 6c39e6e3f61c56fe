import type { EventEnvelope } from '#common/envelope.ts'

/** Why nothing more of a tenant is forwarded, or accepted, until an operator has looked into it. */
export const FENCE_REASONS = [
  /** The stream holds an event at the place of one of the tenant's that is not the tenant's. */
  'foreign_event',
  /** The stream ends before events that the store had confirmed: it has lost them. */
  'events_missing',
  /** The stream has been deleted for good. */
  'stream_deleted',
] as const
export type FenceReason = (typeof FENCE_REASONS)[number]

export interface Fence {
  readonly reason: FenceReason
  /** The first position of the log that the store does not hold as it is. */
  readonly position: number
}

/** How far the event store has followed a tenant's log. The log itself is the outbox: this is the pointer into it. */
export interface Forwarding {
  /** Position up to which the store is known to hold the log. */
  readonly forwarded: number
  /** Last position of the batch that is being sent. Until its outcome is known the very same batch is sent again. */
  readonly pinnedTo?: number
  readonly fence?: Fence
}

/** What the forwarder needs of a tenant's storage. */
export interface ForwardingStorage {
  readForwarding(): Promise<Forwarding>
  /** Durable when it resolves with true; false, changing nothing, when it is not `expected` any more. */
  saveForwarding(expected: Forwarding, next: Forwarding): Promise<boolean>
  /** Up to `limit` events after position `after`, in order; fewer when they are large, never none while there are any. */
  readEvents(
    after: number,
    limit: number,
  ): Promise<{ readonly events: readonly EventEnvelope[]; readonly head: { readonly position: number } }>
}

export const sameForwarding = (a: Forwarding, b: Forwarding): boolean =>
  a.forwarded === b.forwarded &&
  a.pinnedTo === b.pinnedTo &&
  a.fence?.reason === b.fence?.reason &&
  a.fence?.position === b.fence?.position
