import { expect } from 'vitest'
import type { ErrorCode } from '#common/errors.ts'
import type { Json } from '#common/json.ts'
import type { Outcome } from '#common/outcome.ts'
import type { DomainEvent, EventType } from '#domain/events/event-registry.ts'
import { timestampOf } from '#domain/ports/clock.ts'
import type { Actor, Command, CommandDefinition, Decision, DraftEvent } from '#domain/writer/command.ts'
import { COMMANDS } from '#domain/writer/command-registry.ts'
import { rowRef, rowValue, type RowChange, type RowKind, type RowReader } from '#domain/writer/rows.ts'
import { foldLog } from './fold-log.ts'
import { TENANT } from './subjects.ts'
import { START } from './tools.ts'

/** Something that has happened already, at START unless told otherwise. */
export type Fact = DraftEvent & { readonly at?: number }

type EventNamed<Type extends EventType> = Extract<DomainEvent, { type: Type }>

/** A decider, seen purely: what it reads comes from the facts, what it decides is compared, nothing is stored. */
class Given {
  readonly #facts: readonly Fact[]
  readonly #rows: readonly RowChange[]
  readonly #now: number
  readonly #actor: Actor

  constructor(facts: readonly Fact[], rows: readonly RowChange[], now: number, actor: Actor) {
    this.#facts = facts
    this.#rows = rows
    this.#now = now
    this.#actor = actor
  }

  /** Rows beside those that follow from the facts. */
  with(...rows: readonly RowChange[]): Given {
    return new Given(this.#facts, [...this.#rows, ...rows], this.#now, this.#actor)
  }

  /** The time of the command, in milliseconds after START. */
  after(milliseconds: number): Given {
    return new Given(this.#facts, this.#rows, START + milliseconds, this.#actor)
  }

  async when(command: Command): Promise<Then> {
    const log = this.#facts.map(({ event, aggregateId, at = START }) => ({
      event,
      aggregateId,
      timestamp: timestampOf(at),
    }))
    const folded = foldLog(TENANT, log)
    for (const { kind, id, value } of this.#rows) {
      if (value !== undefined) folded.set(rowRef(kind, id), { version: 1, value: value as unknown as Json }) // rows are JSON
    }
    const rows: RowReader = {
      read: async (kind, id) => {
        const row = folded.get(rowRef(kind, id))
        return row && rowValue(kind, row.value)
      },
      version: async (kind: RowKind, id: string) => folded.get(rowRef(kind, id))?.version ?? 0,
    }
    const definition = COMMANDS[command.type] as unknown as CommandDefinition<string, unknown, unknown> // a pair, as in the writer
    const context = { tenantId: TENANT, now: this.#now, timestamp: timestampOf(this.#now), actor: this.#actor }
    return new Then(definition.decide(command.input, await definition.load(command.input, rows, TENANT), context))
  }
}

class Then {
  readonly outcome: Outcome<Decision>

  constructor(outcome: Outcome<Decision>) {
    this.outcome = outcome
  }

  get decision(): Decision {
    expect(this.outcome).toMatchObject({ ok: true })
    if (!this.outcome.ok) throw new Error(this.outcome.error.code)
    return this.outcome.value
  }

  get events(): readonly DomainEvent[] {
    return this.decision.events.map(({ event }) => event)
  }

  /** The one event of a type among those decided. */
  event<Type extends EventType>(type: Type): EventNamed<Type> {
    const found = this.events.filter((event) => event.type === type)
    expect(found).toHaveLength(1)
    return found[0] as EventNamed<Type> // filtered by its type
  }

  emits(...types: readonly EventType[]): void {
    expect(this.events.map(({ type }) => type)).toEqual(types)
  }

  refuses(code: ErrorCode, details: object = {}): void {
    expect(this.outcome).toMatchObject({ ok: false, error: { code, ...details } })
  }

  refusesField(pointer: string, code: ErrorCode): void {
    this.refuses('validation.failed', { fields: [{ pointer, code }] })
  }
}

export const given = (...facts: readonly Fact[]): Given => new Given(facts, [], START, { type: 'system' })
