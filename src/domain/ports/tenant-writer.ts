import type { EventEnvelope } from '#common/envelope.ts'
import type { Outcome } from '#common/outcome.ts'
import type { TenantState } from '../tenant/tenant-state.ts'
import type { UserRole } from '../user/user-types.ts'
import type { UserState } from '../user/user-state.ts'
import type { Command, CommandMetadata, Receipt } from '../writer/command.ts'
import type { OperationRow } from '../writer/operations.ts'
import type { Head } from './tenant-storage.ts'

/** The acting user as the writer knows it now. Tokens name a session; everything else is read here, never from the token. */
export interface Principal {
  readonly tenantId: string
  readonly userId: string
  readonly sessionId: string
  readonly role: UserRole
  /** RFC 3339: when the session ends for good. */
  readonly sessionExpiresAt: string
}

/** The end of a tenant's log, which says everything about it: the same hash is the same log. */
export type LogHead = Pick<Head, 'position' | 'hash'>

/** The principal, and where the log ended when it was asked for. */
export interface PrincipalAtHead extends Principal {
  readonly head: LogHead
}

/** A state, its version and the position of the log it was read at. */
export interface Fresh<State> {
  readonly state: State
  readonly version: number
  readonly position: number
}

/** A page of the log, in order, and where the log ended when it was read. */
export interface LogRead {
  readonly events: readonly EventEnvelope[]
  readonly head: Head
  /** Wrapped keys of the events' subjects, where asking for them would be a call of its own; a destroyed key is missing. */
  readonly subjectKeys?: Readonly<Record<string, string>>
}

/**
 * The single serial writer of a tenant: every decision about the tenant is made here, in one transaction a group of commands.
 * Adapters: a Durable Object a tenant; Postgres with optimistic append. Faults (storage away) throw, refusals are values.
 */
export interface TenantWriter {
  execute(tenantId: string, command: Command, metadata: CommandMetadata): Promise<Outcome<Receipt>>
  /** The live principal of a session, or `unauthenticated` when session, user or tenant no longer are what they were. */
  principal(tenantId: string, sessionId: string): Promise<Outcome<PrincipalAtHead>>
  tenant(tenantId: string): Promise<Fresh<TenantState>>
  user(tenantId: string, userId: string): Promise<Fresh<UserState>>
  /** Every user of the tenant: for reads that must not be stale while the read models lag. */
  users(tenantId: string): Promise<{ readonly users: readonly Fresh<UserState>[]; readonly position: number }>
  log(tenantId: string, after: number, limit: number): Promise<LogRead>
  /** Wrapped keys of subjects, by subject id; a destroyed key is missing. */
  subjectKeys(tenantId: string, subjectIds: readonly string[]): Promise<Readonly<Record<string, string>>>
  /** Told by the projector: the read models have followed up to `position`. */
  confirmProjected(tenantId: string, position: number): Promise<void>
  /** Keeps an operation until it has been run; one of this id that is there already stays what it is. */
  submitOperation(
    tenantId: string,
    operationId: string,
    asked: { readonly userId: string; readonly request: string },
  ): Promise<OperationRow>
  operation(tenantId: string, operationId: string): Promise<OperationRow | undefined>
  /** The operation, if whoever asks is the one to run it now: of many who ask at once it is one. */
  claimOperation(tenantId: string, operationId: string): Promise<OperationRow | undefined>
  /** Gives a run up: the next one may begin at once. */
  releaseOperation(tenantId: string, operationId: string): Promise<void>
  /** Writes down what became of an operation, unless that stands already. Returns what stands. */
  settleOperation(
    tenantId: string,
    operationId: string,
    outcome: { readonly status: 'succeeded' | 'failed'; readonly answer: string },
  ): Promise<OperationRow | undefined>
}
