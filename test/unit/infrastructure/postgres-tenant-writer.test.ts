import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { UnavailableFault } from '#common/unavailable-fault.ts'
import { newId } from '#domain/new-id.ts'
import { PostgresTenantWriter } from '#infrastructure/postgres/postgres-tenant-writer.ts'
import { writerTools } from '../../support/writer-tools.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('keeps no reader waiting for a database that says nothing', async () => {
  const nothing = () => Promise.resolve()
  const writer = new PostgresTenantWriter({
    session: { transaction: () => new Promise(() => undefined) },
    tools: writerTools(),
    mailer: { send: nothing },
    bus: () => ({ publish: nothing }),
    commands: { enqueue: nothing },
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
  })
  const tenantId = newId.tenant()
  const reads = [
    writer.principal(tenantId, newId.session()),
    writer.tenant(tenantId),
    writer.user(tenantId, newId.user()),
    writer.users(tenantId),
    writer.operation(tenantId, newId.operation()),
  ].map((read) => read.catch((fault: unknown) => fault))
  await vi.advanceTimersByTimeAsync(2_000)
  for (const fault of await Promise.all(reads)) expect(fault).toBeInstanceOf(UnavailableFault)
})
