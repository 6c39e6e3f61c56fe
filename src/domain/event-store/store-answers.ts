import { z } from 'zod'
import type { Json } from '#common/json.ts'
import {
  APPEND_LIMITS,
  PROBED_STREAM,
  type AppendResult,
  type MetadataResult,
  type ReadResult,
  type StoreEvent,
  type StoreHealth,
  type StreamStore,
} from '../ports/event-store.ts'
import { appendBytes } from './append-bytes.ts'

const JsonObject = z.record(z.string(), z.custom<Json>())

/**
 * An event's data or metadata as a store gives it back; empty where it is no JSON object. We write nothing else, but others
 * may: their event has to be read all the same, to be recognised as theirs.
 */
export function objectIn(value: unknown): Readonly<Record<string, Json>> {
  const object = JsonObject.safeParse(value)
  return object.success ? object.data : {}
}

/** Whether an event is the server's own: of a stream of its own, or a link or tombstone in somebody's. */
export const isSystemEvent = ({ stream, type }: { readonly stream: string; readonly type: string }): boolean =>
  stream.startsWith('$') || type.startsWith('$')

/** How an append is refused that carries more than one may; undefined when it does not. */
export function tooLarge(events: readonly StoreEvent[]): Extract<AppendResult, { kind: 'tooLarge' }> | undefined {
  const bytes = appendBytes(events)
  const isTooLarge = bytes > APPEND_LIMITS.bytes || events.length > APPEND_LIMITS.events
  return isTooLarge ? { kind: 'tooLarge', bytes } : undefined
}

/** The stream that holds a stream's metadata; the last event of it is the metadata in force. */
export const metadataStream = (stream: string): string => `$$${stream}`

/** A stream's metadata, by what was read of the end of its metadata stream. */
export function metadataOf(last: ReadResult): MetadataResult {
  if (last.kind === 'streamNotFound') return { kind: 'read', metadata: {}, revision: 'noStream' }
  if (last.kind !== 'read') return last
  const [event] = last.events
  return { kind: 'read', metadata: event?.data ?? {}, revision: event?.revision ?? 'noStream' }
}

/** Revision that the probed stream never has: an append that counts on it is checked, and refused. */
const NEVER = 2_000_000_000

/**
 * Whether a store answers, how fast, and whether it lets its user read and write. Nothing is written: the append that asks for it
 * counts on a revision that there is not.
 * @param causeOf what may be told of a fault
 */
export async function probed(
  store: Pick<StreamStore, 'readLast' | 'append'>,
  causeOf: (fault: unknown) => string,
): Promise<StoreHealth> {
  const began = performance.now()
  const latency = () => Math.round(performance.now() - began)
  const denied = (detail: string): StoreHealth => ({ status: 'denied', latency: latency(), detail })
  try {
    const last = await store.readLast(PROBED_STREAM)
    const answered = latency()
    if (last.kind === 'accessDenied') return denied('may not read, or is not let in')
    const probe = { id: crypto.randomUUID(), type: 'probe', data: {}, metadata: {} }
    const append = await store.append(PROBED_STREAM, NEVER, [probe])
    if (append.kind === 'accessDenied') return denied('may read, but not write')
    if (append.kind === 'outcomeUnknown') return { status: 'down', latency: latency(), detail: append.cause }
    if (append.kind === 'notLeader') return { status: 'down', latency: latency(), detail: append.kind }
    return { status: 'up', latency: answered }
  } catch (fault) {
    return { status: 'down', latency: latency(), detail: causeOf(fault) }
  }
}
