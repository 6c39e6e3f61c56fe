import type { Outcome } from '#common/outcome.ts'
import type { TenantWriter } from '#domain/ports/tenant-writer.ts'
import type { Command, CommandMetadata, Receipt } from '#domain/writer/command.ts'
import { calledObject, ObjectUnavailable } from './called-object.ts'
import type { DueProjection } from './due-projections.ts'

/** How a command ended. */
export interface Executed {
  readonly outcome: Outcome<Receipt>
  /** Of all who get answers one at a time is to project the tenant. */
  readonly projection?: DueProjection
}

/** How far whoever has a turn has come. */
export interface TurnEnd {
  readonly position: number
  readonly turn: number
  /** Whether it would take the next turn too. */
  readonly goesOn: boolean
}

/** The writer, and what whoever projects for it says besides. */
export interface DurableTenantWriter extends TenantWriter {
  /** Confirms, and ends a turn. Answers with the next one, if there is one to take. */
  confirmTurn(tenantId: string, end: TurnEnd): Promise<DueProjection | undefined>
}

/** What a tenant's object answers to: the writer without the tenant's id, which the object's name says. */
export type RemoteWriter = {
  readonly [Method in Exclude<keyof DurableTenantWriter, 'execute'>]: DurableTenantWriter[Method] extends (
    tenantId: string,
    ...rest: infer Rest
  ) => infer Answer
    ? (...rest: Rest) => Answer
    : never
} & { readonly execute: (command: Command, metadata: CommandMetadata) => Promise<Executed> }

/** Where the objects are found: all that is used of the runtime's namespace. */
export interface TenantNamespace {
  getByName(tenantId: string): unknown
}

/**
 * The tenant writer of the edge: the Durable Object named by the tenant's id. Reads are made once more when the runtime says
 * that it may help. Commands never are: it is the caller who has the key that makes that safe.
 *
 * @param onExecuting called with each command that is sent, before there is an answer
 */
export function createDurableTenantWriter(
  namespace: TenantNamespace,
  onExecuting: (tenantId: string, executed: Promise<Executed>) => void,
): DurableTenantWriter {
  const once = <Answer>(tenantId: string, call: (writer: RemoteWriter) => Promise<Answer>): Promise<Answer> =>
    calledObject(() => {
      // A stub is of no use any more after a fault, so each call gets its own. The runtime's type of it wraps every value
      // it may give back; ours are plain data, which it leaves as they are.
      return call(namespace.getByName(tenantId) as RemoteWriter) // the object's own methods
    })
  const read = <Answer>(tenantId: string, call: (writer: RemoteWriter) => Promise<Answer>): Promise<Answer> =>
    once(tenantId, call).catch((fault: unknown) => {
      if (fault instanceof ObjectUnavailable && fault.retryable) return once(tenantId, call)
      throw fault
    })
  return {
    async execute(tenantId, command, metadata) {
      const executed = once(tenantId, (writer) => writer.execute(command, metadata))
      onExecuting(tenantId, executed)
      return (await executed).outcome
    },
    principal: (tenantId, sessionId) => read(tenantId, (writer) => writer.principal(sessionId)),
    tenant: (tenantId) => read(tenantId, (writer) => writer.tenant()),
    user: (tenantId, userId) => read(tenantId, (writer) => writer.user(userId)),
    users: (tenantId) => read(tenantId, (writer) => writer.users()),
    log: (tenantId, after, limit) => read(tenantId, (writer) => writer.log(after, limit)),
    subjectKeys: (tenantId, subjectIds) => read(tenantId, (writer) => writer.subjectKeys(subjectIds)),
    // Saying a position twice changes nothing, so this counts as a read.
    confirmProjected: (tenantId, position) => read(tenantId, (writer) => writer.confirmProjected(position)),
    confirmTurn: (tenantId, end) => once(tenantId, (writer) => writer.confirmTurn(end)),
    submitOperation: (tenantId, id, asked) => read(tenantId, (writer) => writer.submitOperation(id, asked)),
    operation: (tenantId, id) => read(tenantId, (writer) => writer.operation(id)),
    claimOperation: (tenantId, id) => once(tenantId, (writer) => writer.claimOperation(id)),
    releaseOperation: (tenantId, id) => read(tenantId, (writer) => writer.releaseOperation(id)),
    settleOperation: (tenantId, id, outcome) => read(tenantId, (writer) => writer.settleOperation(id, outcome)),
  }
}
