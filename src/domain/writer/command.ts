import type { ActorType, AggregateType } from '#common/envelope.ts'
import type { Json } from '#common/json.ts'
import type { Outcome } from '#common/outcome.ts'
import type { DomainEvent } from '../events/event-registry.ts'
import type { Mail } from '../ports/mailer.ts'
import type { UserRole } from '../user/user-types.ts'
import type { RowChange, RowReader } from './rows.ts'
import type { AnyCommand } from './command-registry.ts'

/** Who acts. A user's session is checked again inside the writer when it is the user's own tenant that is written. */
export interface Actor {
  readonly type: ActorType
  readonly userId?: string
  /** The tenant the acting user belongs to. */
  readonly tenantId?: string
  readonly sessionId?: string
  /** The role the command was authorized with: if it has changed since, the command is refused. */
  readonly role?: UserRole
}

/** The caller's claim to one execution per key. */
export interface ReplayKey {
  /** SHA-256 of scope and key: the key itself is never stored. */
  readonly recordId: string
  readonly fingerprint: string
  readonly sealedReply?: string
}

export interface CommandMetadata {
  readonly commandId: string
  readonly actor: Actor
  readonly correlationId: string
  readonly causationId?: string
  readonly policyVersion?: string
  /** From `If-Match`: the aggregate's version the caller has seen. */
  readonly expectedVersion?: number
  readonly replay?: ReplayKey
}

/** What a command achieved. Stored with the idempotency key, so a retry gets the very same. */
export interface Receipt {
  readonly position: number
  readonly aggregate?: {
    readonly type: AggregateType
    readonly id: string
    readonly version: number
    readonly state: Json
  }
  readonly reply?: Json
  /** True when this answer was given before. */
  readonly replayed?: boolean
  /** As given by the first caller of this key. */
  readonly sealedReply?: string
}

/** An event as a decider proposes it: position, hash and the rest of the envelope are the writer's. */
export interface DraftEvent {
  readonly aggregateId: string
  readonly event: DomainEvent
  /** Whose key seals the personal fields. Default: the aggregate's id. */
  readonly subjectId?: string
}

export interface Decision {
  readonly events: readonly DraftEvent[]
  readonly rows?: readonly RowChange[]
  /** Mails to send once this is committed: kept sealed in the writer until they have been handed over. */
  readonly mails?: readonly { readonly subjectId: string; readonly mail: Mail }[]
  /** The aggregate whose new state the caller gets. */
  readonly aggregate?: { readonly type: AggregateType; readonly id: string }
  readonly reply?: Json
}

/** All a decider may know beside command and state: no clock, no randomness, no I/O of its own. */
export interface DecideContext {
  readonly tenantId: string
  /** Milliseconds since the epoch. */
  readonly now: number
  /** The same instant as RFC 3339. */
  readonly timestamp: string
  readonly actor: Actor
}

/** One operation: what it reads, and what it decides from it. `decide` is pure. */
export interface CommandDefinition<Type extends string, Input, State> {
  readonly type: Type
  /** The aggregate `If-Match` speaks about. */
  readonly target?: (input: Input) => { readonly type: AggregateType; readonly id: string }
  readonly load: (input: Input, rows: RowReader, tenantId: string) => Promise<State>
  readonly decide: (input: Input, state: State, context: DecideContext) => Outcome<Decision>
}

export const defineCommand = <Type extends string, Input, State>(
  definition: CommandDefinition<Type, Input, State>,
): CommandDefinition<Type, Input, State> => definition

/** A command on its way to the writer: what its definition takes, and its type. */
export type Command = AnyCommand
