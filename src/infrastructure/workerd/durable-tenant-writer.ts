import type { TenantWriter } from '#domain/ports/tenant-writer.ts'

/** What a tenant's object answers to: the port without the tenant's id, which its name says. */
type RemoteWriter = {
  readonly [Method in keyof TenantWriter]: TenantWriter[Method] extends (
    tenantId: string,
    ...rest: infer Rest
  ) => infer Answer
    ? (...rest: Rest) => Answer
    : never
}

/** Where the objects are found: all that is used of the runtime's namespace. */
export type TenantNamespace = Pick<Env['TENANT'], 'getByName'>

/** A call of a tenant's object that came to no answer. Whether a command was carried out is then unknown. */
export class TenantWriterFault extends Error {
  override readonly name = 'TenantWriterFault'
  /** True when the runtime says that the same call may succeed if it is made again. */
  readonly retryable: boolean

  constructor(retryable: boolean, cause: unknown) {
    super('the tenant writer did not answer', { cause })
    this.retryable = retryable
  }
}

/** The runtime marks its own faults; an object that has too much to do must not get the same call once more. */
function mayRetry(fault: unknown): boolean {
  const { retryable, overloaded } = fault as { readonly retryable?: unknown; readonly overloaded?: unknown } // flags of workerd
  return retryable === true && overloaded !== true
}

/**
 * The tenant writer of the edge: the Durable Object named by the tenant's id. Reads are made once more when the runtime says
 * that it may help. Commands never are: it is the caller who has the key that makes that safe.
 */
export function createDurableTenantWriter(namespace: TenantNamespace): TenantWriter {
  async function once<Answer>(tenantId: string, call: (writer: RemoteWriter) => Promise<Answer>): Promise<Answer> {
    try {
      // A stub is of no use any more after a fault, so each call gets its own. The runtime's type of it wraps every value
      // it may give back; ours are plain data, which it leaves as they are.
      const writer: unknown = namespace.getByName(tenantId)
      return await call(writer as RemoteWriter) // the object's own methods
    } catch (fault) {
      throw new TenantWriterFault(mayRetry(fault), fault)
    }
  }
  const read = <Answer>(tenantId: string, call: (writer: RemoteWriter) => Promise<Answer>): Promise<Answer> =>
    once(tenantId, call).catch((fault: unknown) => {
      if (fault instanceof TenantWriterFault && fault.retryable) return once(tenantId, call)
      throw fault
    })
  return {
    execute: (tenantId, command, metadata) => once(tenantId, (writer) => writer.execute(command, metadata)),
    principal: (tenantId, sessionId) => read(tenantId, (writer) => writer.principal(sessionId)),
    tenant: (tenantId) => read(tenantId, (writer) => writer.tenant()),
    user: (tenantId, userId) => read(tenantId, (writer) => writer.user(userId)),
    users: (tenantId) => read(tenantId, (writer) => writer.users()),
    log: (tenantId, after, limit) => read(tenantId, (writer) => writer.log(after, limit)),
    subjectKeys: (tenantId, subjectIds) => read(tenantId, (writer) => writer.subjectKeys(subjectIds)),
    // Saying a position twice changes nothing, so this counts as a read.
    confirmProjected: (tenantId, position) => read(tenantId, (writer) => writer.confirmProjected(position)),
    submitOperation: (tenantId, id, asked) => read(tenantId, (writer) => writer.submitOperation(id, asked)),
    operation: (tenantId, id) => read(tenantId, (writer) => writer.operation(id)),
    claimOperation: (tenantId, id) => once(tenantId, (writer) => writer.claimOperation(id)),
    releaseOperation: (tenantId, id) => read(tenantId, (writer) => writer.releaseOperation(id)),
    settleOperation: (tenantId, id, outcome) => read(tenantId, (writer) => writer.settleOperation(id, outcome)),
  }
}
