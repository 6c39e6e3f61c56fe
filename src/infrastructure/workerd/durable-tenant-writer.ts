import type { Outcome } from '#common/outcome.ts'
import type { TenantWriter } from '#domain/ports/tenant-writer.ts'
import type { Command, CommandMetadata, Receipt } from '#domain/writer/command.ts'
import { calledObject, ObjectUnavailable } from './called-object.ts'
import type { DueProjection } from './due-projections.ts'

/** How a command ended. */
export interface Executed {
  readonly outcome: Outcome<Receipt>
  /** Of all who could project the tenant one is told to, until it has confirmed. */
  readonly projection?: DueProjection
}

/** What a tenant's object answers to: the port without the tenant's id, which its name says. */
type RemoteWriter = {
  readonly [Method in Exclude<keyof TenantWriter, 'execute' | 'confirmProjected'>]: TenantWriter[Method] extends (
    tenantId: string,
    ...rest: infer Rest
  ) => infer Answer
    ? (...rest: Rest) => Answer
    : never
} & {
  readonly execute: (command: Command, metadata: CommandMetadata) => Promise<Executed>
  /** Answers with what has been committed meanwhile. */
  readonly confirmProjected: (position: number) => Promise<DueProjection | undefined>
}

/** Where the objects are found: all that is used of the runtime's namespace. */
export type TenantNamespace = Pick<Env['TENANT'], 'getByName'>

/**
 * The tenant writer of the edge: the Durable Object named by the tenant's id. Reads are made once more when the runtime says
 * that it may help. Commands never are: it is the caller who has the key that makes that safe.
 *
 * @param onProjectionDue called when a projection comes back with an answer; nobody waits for it
 */
export function createDurableTenantWriter(
  namespace: TenantNamespace,
  onProjectionDue: (tenantId: string, projection: DueProjection) => void,
): TenantWriter {
  const once = <Answer>(tenantId: string, call: (writer: RemoteWriter) => Promise<Answer>): Promise<Answer> =>
    calledObject(() => {
      // A stub is of no use any more after a fault, so each call gets its own. The runtime's type of it wraps every value
      // it may give back; ours are plain data, which it leaves as they are.
      const writer: unknown = namespace.getByName(tenantId)
      return call(writer as RemoteWriter) // the object's own methods
    })
  const read = <Answer>(tenantId: string, call: (writer: RemoteWriter) => Promise<Answer>): Promise<Answer> =>
    once(tenantId, call).catch((fault: unknown) => {
      if (fault instanceof ObjectUnavailable && fault.retryable) return once(tenantId, call)
      throw fault
    })
  return {
    async execute(tenantId, command, metadata) {
      const { outcome, projection } = await once(tenantId, (writer) => writer.execute(command, metadata))
      if (projection) onProjectionDue(tenantId, projection)
      return outcome
    },
    principal: (tenantId, sessionId) => read(tenantId, (writer) => writer.principal(sessionId)),
    tenant: (tenantId) => read(tenantId, (writer) => writer.tenant()),
    user: (tenantId, userId) => read(tenantId, (writer) => writer.user(userId)),
    users: (tenantId) => read(tenantId, (writer) => writer.users()),
    log: (tenantId, after, limit) => read(tenantId, (writer) => writer.log(after, limit)),
    subjectKeys: (tenantId, subjectIds) => read(tenantId, (writer) => writer.subjectKeys(subjectIds)),
    async confirmProjected(tenantId, position) {
      // Saying a position twice changes nothing, so this counts as a read.
      const projection = await read(tenantId, (writer) => writer.confirmProjected(position))
      if (projection) onProjectionDue(tenantId, projection)
    },
    submitOperation: (tenantId, id, asked) => read(tenantId, (writer) => writer.submitOperation(id, asked)),
    operation: (tenantId, id) => read(tenantId, (writer) => writer.operation(id)),
    claimOperation: (tenantId, id) => once(tenantId, (writer) => writer.claimOperation(id)),
    releaseOperation: (tenantId, id) => read(tenantId, (writer) => writer.releaseOperation(id)),
    settleOperation: (tenantId, id, outcome) => read(tenantId, (writer) => writer.settleOperation(id, outcome)),
  }
}
