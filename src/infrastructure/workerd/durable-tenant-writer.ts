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

/** The tenant writer of the edge: the Durable Object named by the tenant's id. Nothing is retried here: callers have keys for that. */
export function createDurableTenantWriter(namespace: Env['TENANT']): TenantWriter {
  // The runtime's own type of a stub wraps every value it may give back; ours are plain data, which it leaves as they are.
  const writer = (tenantId: string) => namespace.getByName(tenantId) as unknown as RemoteWriter
  return {
    execute: (tenantId, command, metadata) => writer(tenantId).execute(command, metadata),
    principal: (tenantId, sessionId) => writer(tenantId).principal(sessionId),
    tenant: (tenantId) => writer(tenantId).tenant(),
    user: (tenantId, userId) => writer(tenantId).user(userId),
    users: (tenantId) => writer(tenantId).users(),
    log: (tenantId, after, limit) => writer(tenantId).log(after, limit),
    subjectKeys: (tenantId, subjectIds) => writer(tenantId).subjectKeys(subjectIds),
    confirmProjected: (tenantId, position) => writer(tenantId).confirmProjected(position),
  }
}
