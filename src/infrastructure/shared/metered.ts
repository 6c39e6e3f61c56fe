import type { Metrics } from '#domain/ports/metrics.ts'
import type { ReadModels } from '#domain/ports/read-models.ts'
import type { TenantWriter } from '#domain/ports/tenant-writer.ts'

/** Seconds since an instant of `performance.now()`. */
const since = (start: number) => (performance.now() - start) / 1_000

/** The same writer; how long its commands take and how they end is measured. */
export function meterWriter(writer: TenantWriter, metrics: Metrics): TenantWriter {
  const execute: TenantWriter['execute'] = async (tenantId, command, metadata) => {
    const start = performance.now()
    try {
      const outcome = await writer.execute(tenantId, command, metadata)
      const accepted = outcome.ok && outcome.value.replayed === true ? 'replayed' : 'accepted'
      metrics.command(command.type, outcome.ok ? accepted : 'refused', since(start))
      return outcome
    } catch (fault) {
      metrics.command(command.type, 'failed', since(start))
      throw fault
    }
  }
  return Object.create(writer, { execute: { value: execute } }) as TenantWriter // one, but for the method above
}

/** The same read models; how long each query takes and whether it succeeds is measured. */
export function meterReadModels(readModels: ReadModels, metrics: Metrics): ReadModels {
  const metered =
    <Given extends readonly unknown[], Answer>(name: string, query: (...given: Given) => Promise<Answer>) =>
    async (...given: Given): Promise<Answer> => {
      const start = performance.now()
      let succeeded = false
      try {
        const answer = await query(...given)
        succeeded = true
        return answer
      } finally {
        metrics.query(name, succeeded, since(start))
      }
    }
  return {
    tenant: metered('tenant', (...given) => readModels.tenant(...given)),
    tenants: metered('tenants', (...given) => readModels.tenants(...given)),
    user: metered('user', (...given) => readModels.user(...given)),
    users: metered('users', (...given) => readModels.users(...given)),
    metrics: metered('metrics', (...given) => readModels.metrics(...given)),
    ping: () => readModels.ping(),
  }
}
