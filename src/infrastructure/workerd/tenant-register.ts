import { calledObject } from './called-object.ts'

/** The register of all tenants that have a log, in its Durable Object. */
export interface TenantRegister {
  enlist(tenantId: string): Promise<void>
  list(after: string, limit: number): Promise<readonly string[]>
}

export function createTenantRegister(namespace: Env['TENANT_REGISTER']): TenantRegister {
  const register = () => namespace.getByName('tenants')
  return {
    enlist: (tenantId) => calledObject(() => register().enlist(tenantId)),
    list: (after, limit) => calledObject(() => register().list(after, limit)),
  }
}
