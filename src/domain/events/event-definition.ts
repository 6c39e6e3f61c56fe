import type { z } from 'zod'
import type { AggregateType } from '#common/envelope.ts'
import type { JsonObject } from '#common/json.ts'

/** The parts of an event that a schema version describes. */
export interface EventPayload {
  readonly data: JsonObject
  /** Opened personal fields; absent when there are none, or when their key has been destroyed. */
  readonly personal?: JsonObject
}

/** Lifts a payload of one schema version to the next. Pure; applied on read, so stored events never change. */
export interface Upcaster {
  readonly from: string
  readonly to: string
  readonly upcast: (payload: EventPayload) => EventPayload
}

/** What an event type means: its current schema, whom its personal fields belong to, and the way up from older versions. */
export interface EventDefinition<
  Type extends string = string,
  Data extends z.ZodType = z.ZodType,
  Personal extends z.ZodType | undefined = z.ZodType | undefined,
> {
  readonly type: Type
  readonly aggregate: AggregateType
  /** Semantic version of `data` and `personal`. A change of either needs a new one. */
  readonly version: string
  readonly data: Data
  /** Fields about a person. Sealed under the subject's key before the event leaves the writer. */
  readonly personal?: Personal
  readonly upcasters: readonly Upcaster[]
}

/** Declares an event type; see `event-registry.ts` for the list of all. */
export function defineEvent<
  Type extends string,
  Data extends z.ZodType,
  Personal extends z.ZodType | undefined = undefined,
>(
  definition: Omit<EventDefinition<Type, Data, Personal>, 'upcasters'> & { readonly upcasters?: readonly Upcaster[] },
): EventDefinition<Type, Data, Personal> {
  return { upcasters: [], ...definition }
}

const major = (version: string) => version.split('.')[0]

/**
 * Lifts a payload of a stored version to a definition's own: known older versions step up through their upcasters, unknown
 * minor versions of the current major are read as they are (tolerant reader, G-64). Undefined when there is no way up.
 */
export function liftPayload(
  { upcasters, version: current }: Pick<EventDefinition, 'upcasters' | 'version'>,
  schemaVersion: string,
  payload: EventPayload,
): EventPayload | undefined {
  let version = schemaVersion
  let lifted = payload
  // Each step must be there once; a list with a circle in it would otherwise never end.
  for (let steps = 0; version !== current && steps < upcasters.length; steps++) {
    const next = upcasters.find(({ from }) => from === version)
    if (!next) break
    lifted = next.upcast(lifted)
    version = next.to
  }
  return major(version) === major(current) ? lifted : undefined
}

type PersonalOf<D> = D extends { readonly personal?: infer P }
  ? P extends z.ZodType
    ? z.infer<P>
    : undefined
  : undefined

/** The event as deciders make it and evolvers see it. `personal` may be missing on read: its subject may have been erased. */
export type EventOf<D> =
  D extends EventDefinition<infer Type, infer Data, infer _Personal>
    ? { readonly type: Type; readonly data: z.infer<Data>; readonly personal?: PersonalOf<D> }
    : never
