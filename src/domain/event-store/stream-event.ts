import { z } from 'zod'
import type { EventEnvelope } from '#common/envelope.ts'
import type { Json } from '#common/json.ts'
import type { StoreEvent } from '../ports/event-store.ts'

/** The stream that holds a tenant's log. The event at a position has the revision before it: position − 1. */
export const tenantStream = (tenantId: string): string => `tenant-${tenantId}`

/** Whose log a stream holds; undefined when it is no tenant's. */
export const tenantOf = (stream: string): string | undefined => /^tenant-(.+)$/.exec(stream)?.[1]

/** Revision, in the tenant's stream, of the event at a position. */
export const revisionOf = (position: number): number => position - 1

const JsonObject = z.record(
  z.string(),
  z.custom<Json>((value) => value !== undefined),
)
const Count = z.int().positive()

/**
 * What stands in the metadata of an event: its envelope without id, type and data, which stores have places of their own
 * for. Strict, because what would be dropped here could be changed in the store without anybody noticing.
 */
const Metadata = z.strictObject({
  // Named as EventStoreDB's own projection $by_correlation_id expects them.
  $correlationId: z.string(),
  $causationId: z.string().optional(),
  schemaVersion: z.string(),
  tenantId: z.string(),
  position: Count,
  aggregate: z.strictObject({ type: z.enum(['tenant', 'user', 'session']), id: z.string(), version: Count }),
  timestamp: z.string(),
  userId: z.string().optional(),
  actorType: z.enum(['user', 'apiKey', 'system', 'anonymous']),
  commandId: z.string(),
  region: z.string(),
  clock: z.record(z.string(), z.int().nonnegative()),
  epoch: z.int().nonnegative(),
  prevHash: z.string(),
  hash: z.string(),
  policyVersion: z.string().optional(),
  personal: z.strictObject({ keyId: z.string(), ciphertext: z.string() }).optional(),
})

/** An event of a tenant's log as an event store takes it. Its data is the envelope's, so that by-type streams read well. */
export function toStoreEvent(envelope: EventEnvelope): StoreEvent {
  const { eventId, type, data, correlationId, causationId, ...rest } = envelope
  const metadata = {
    $correlationId: correlationId,
    ...(causationId !== undefined && { $causationId: causationId }),
    ...rest,
  }
  return {
    id: eventId,
    type,
    // Interfaces without index signatures: every member is JSON, and what is absent JSON leaves out.
    data: data as Readonly<Record<string, Json>>,
    metadata: metadata as unknown as Readonly<Record<string, Json>>,
  }
}

export type StreamEventResult =
  | { readonly kind: 'event'; readonly envelope: EventEnvelope }
  /** Nothing that `toStoreEvent` has made. `reason` names the fields that say so, never their values. */
  | { readonly kind: 'foreign'; readonly reason: string }

/** The event of a tenant's log that a store's event carries. Whether it was changed on the way, its hash tells. */
export function fromStoreEvent({ id, type, data, metadata }: StoreEvent): StreamEventResult {
  const parsed = Metadata.safeParse(metadata)
  if (!parsed.success) return { kind: 'foreign', reason: `metadata: ${faultsOf(parsed.error)}` }
  const object = JsonObject.safeParse(data)
  if (!object.success) return { kind: 'foreign', reason: `data: ${faultsOf(object.error)}` }
  const { $correlationId: correlationId, $causationId: causationId, ...rest } = parsed.data
  const envelope = {
    eventId: id,
    type,
    ...rest,
    correlationId,
    ...(causationId !== undefined && { causationId }),
    data: object.data,
  }
  return { kind: 'event', envelope: envelope as EventEnvelope } // optional members are absent, never undefined: from JSON
}

const faultsOf = ({ issues }: z.ZodError): string =>
  issues
    .map((issue) => {
      const keys = issue.code === 'unrecognized_keys' ? ` (${issue.keys.length} unknown)` : ''
      return `${issue.path.join('.') || 'itself'}${keys}`
    })
    .join(', ')
