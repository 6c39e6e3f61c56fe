import type { EventEnvelope } from '#common/envelope.ts'
import type { DomainEvent, EventType } from '../events/event-registry.ts'

/** What every row of a view carries: its key, its tenant, and the position of the last event it holds (the higher one wins). */
export interface ViewRow {
  readonly key: string
  readonly tenantId: string
  readonly position: number
}

/** Which rows an event changes: one by key, or all of one user. */
export type RowSelector = { readonly key: string } | { readonly userId: string }

/** An event as reducers see it: the payload at its current schema, and the envelope around it. */
export interface Recorded<Event extends DomainEvent = DomainEvent> {
  readonly event: Event
  readonly envelope: EventEnvelope
}

export interface EventHandler<Row extends ViewRow, Event extends DomainEvent> {
  readonly select: (recorded: Recorded<Event>) => RowSelector
  /** The row after the event; undefined leaves things as they are (an update of a row that is not there). Pure. */
  readonly reduce: (row: Row | undefined, recorded: Recorded<Event>) => Row | undefined
}

/** A view: for every event type there is, what it does to the view's rows, or that it does nothing. */
export interface ViewDefinition<Name extends string, Row extends ViewRow> {
  readonly name: Name
  /** Raised with every change of what rows look like or how they follow from events: rows of another version are rebuilt. */
  readonly version: number
  readonly handlers: {
    readonly [Type in EventType]: EventHandler<Row, Extract<DomainEvent, { type: Type }>> | 'ignored'
  }
}

export const defineView = <Name extends string, Row extends ViewRow>(
  definition: ViewDefinition<Name, Row>,
): ViewDefinition<Name, Row> => definition
