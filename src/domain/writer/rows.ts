import type { Json } from '#common/json.ts'
import type { SessionState } from '../auth/session-state.ts'
import type { TenantState } from '../tenant/tenant-state.ts'
import type { RosterState } from '../user/roster-state.ts'
import type { UserState } from '../user/user-state.ts'
import type { Receipt } from './command.ts'
import type { OperationRow } from './operations.ts'
import type { Snapshot } from './snapshot.ts'

/** A password hash. Never part of an event or of a read model. */
export interface CredentialRow {
  readonly passwordHash: string
}

/** Wrong passwords for one address from one network address, debited before the password is looked at (G-41). */
export interface AttemptsRow {
  readonly failed: number
  /** How often it has locked already: each lock doubles the time. */
  readonly locks: number
  /** Milliseconds since the epoch; 0 = not locked. */
  readonly lockedUntil: number
}

/** The stored answer to an idempotency key. */
export interface ReplayRow {
  /** SHA-256 of what was asked: the same key with another request is refused. */
  readonly fingerprint: string
  readonly receipt: Receipt
  /** What only the holder of the key may see again (a token), sealed under that key by the caller. */
  readonly sealedReply?: string
}

/** Work to be done at a time: the ref of its row begins with that time, so the next one is the first row. */
export type TaskRow =
  | { readonly task: 'reactivateUser'; readonly userId: string }
  /** `sealed` is the mail, sealed under the subject's key; the row goes when the mail has been handed over. */
  | { readonly task: 'sendMail'; readonly subjectId: string; readonly sealed: string; readonly tries: number }
  /** Looks after an operation until it has come to an end. */
  | { readonly task: 'runOperation'; readonly operationId: string; readonly tries: number }

/** What the writer keeps beside the log, by kind. The first four follow from the log; the others are secrets or bookkeeping. */
export interface RowValues {
  readonly tenant: TenantState
  readonly user: UserState
  readonly session: SessionState
  readonly roster: RosterState
  /** E-mail index → its user: the unique constraint on addresses. */
  readonly email: { readonly userId: string }
  readonly credential: CredentialRow
  readonly attempts: AttemptsRow
  /** The subject's data key, wrapped under the master key. */
  readonly subjectKey: { readonly wrapped: string }
  readonly replay: ReplayRow
  readonly snapshot: Snapshot
  readonly due: TaskRow
  readonly operation: OperationRow
}

export type RowKind = keyof RowValues

export const rowRef = (kind: RowKind, id: string): string => `${kind}/${id}`

/** Refs of one kind are those in [from, to). */
export const rowRange = (kind: RowKind): { readonly from: string; readonly to: string } => ({
  from: `${kind}/`,
  to: `${kind}0`,
})

/** A change of one row that a decision asks for, beside what follows from its events. */
export type RowChange = {
  readonly [Kind in RowKind]: {
    readonly kind: Kind
    readonly id: string
    /** undefined removes the row. */
    readonly value: RowValues[Kind] | undefined
    readonly expiresAt?: number
  }
}[RowKind]

/** How commands read the writer's state. Reads of one turn are fetched together. */
export interface RowReader {
  read<Kind extends RowKind>(kind: Kind, id: string): Promise<RowValues[Kind] | undefined>
  /** Version of an aggregate's row, 0 when there is none. */
  version(kind: RowKind, id: string): Promise<number>
}

/** Rows are plain JSON; this is the one place where their types are asserted on the way out of storage. */
export const rowValue = <Kind extends RowKind>(_kind: Kind, value: Json): RowValues[Kind] =>
  value as unknown as RowValues[Kind] // written by this module's types only
