import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { TenantId } from '#common/ids.ts'
import { newId } from '#domain/new-id.ts'
import type { TenantStorage } from '#domain/ports/tenant-storage.ts'
import type { Command } from '#domain/writer/command.ts'
import { TenantWriterCore } from '#domain/writer/tenant-writer-core.ts'
import { SqliteTenantStorage } from '#infrastructure/workerd/sqlite-tenant-storage.ts'
import { tenantStorageContract } from '../contract/tenant-storage.contract.ts'
import { tenantWriterContract } from '../contract/tenant-writer.contract.ts'
import { bySystem, createTenant, registerUser } from '../support/commands.ts'
import { writerTools } from '../support/writer-tools.ts'

// Any object with SQLite will do: what is tried here is the adapter, not the object that usually holds it.
const objectOf = (tenantId: string) => env.DIRECTORY.getByName(`storage of ${tenantId}`)

const storages = new Map<string, SqliteTenantStorage>()

/** Calls the one storage of a tenant from within its object, where alone it may be used. */
const inObject = <Result>(tenantId: string, work: (storage: SqliteTenantStorage) => Promise<Result>): Promise<Result> =>
  runInDurableObject(objectOf(tenantId), (_object, state) => {
    const storage = storages.get(tenantId) ?? new SqliteTenantStorage(state.storage)
    storages.set(tenantId, storage)
    return work(storage)
  })

const open = async (tenantId: string): Promise<TenantStorage> => ({
  checksAbsence: false,
  readRows: (...given) => inObject(tenantId, (storage) => storage.readRows(...given)),
  scanRows: (...given) => inObject(tenantId, (storage) => storage.scanRows(...given)),
  readEvents: (...given) => inObject(tenantId, (storage) => storage.readEvents(...given)),
  commit: (...given) => inObject(tenantId, (storage) => storage.commit(...given)),
  readProjected: () => inObject(tenantId, (storage) => storage.readProjected()),
  saveProjected: (...given) => inObject(tenantId, (storage) => storage.saveProjected(...given)),
  readForwarding: () => inObject(tenantId, (storage) => storage.readForwarding()),
  saveForwarding: (...given) => inObject(tenantId, (storage) => storage.saveForwarding(...given)),
  prune: (...given) => inObject(tenantId, (storage) => storage.prune(...given)),
  gather: () => inObject(tenantId, (storage) => storage.gather()),
})

describe('Durable Object SQLite', () => {
  tenantStorageContract(open)
  tenantWriterContract(open, { replicas: 1 })
})

describe('what a command costs', () => {
  /** A writer within an object, with its storage at hand; what is given back is what was measured. */
  const measure = <Result>(
    work: (core: TenantWriterCore, storage: SqliteTenantStorage, tenantId: TenantId) => Promise<Result>,
  ): Promise<Result> => {
    const tenantId = newId.tenant()
    return runInDurableObject(objectOf(tenantId), async (_object, state) => {
      const storage = new SqliteTenantStorage(state.storage)
      const core = new TenantWriterCore({
        tenantId,
        storage,
        tools: writerTools(),
        mailer: { send: async () => undefined },
      })
      await core.execute(createTenant(tenantId), bySystem())
      return work(core, storage, tenantId)
    })
  }
  const replay = () => ({ recordId: newId.request(), fingerprint: 'f' })

  it('is three rows written for a plain command: its event, its state, the answer kept for its key', async () => {
    const written = await measure(async (core, storage, tenantId) => {
      const rows: Record<string, number> = {}
      const run = async (name: string, command: Command) => {
        const outcome = await core.execute(command, bySystem({ replay: replay() }))
        rows[name] = outcome.ok ? storage.rowsWritten : Number.NaN
      }
      const userId = newId.user()
      await core.execute(registerUser(tenantId, 'plain@orchard.example', userId), bySystem())
      await run('tenant.update', { type: 'tenant.update', input: { tenantId, name: 'Orchard & Sons' } })
      await run('user.update_profile', {
        type: 'user.update_profile',
        input: { tenantId, userId, displayName: 'Plain Jane' },
      })
      return rows
    })
    expect(written).toEqual({ 'tenant.update': 3, 'user.update_profile': 3 })
  })

  it('is seven for a registration: two events, user, roster, address and key of the person, the answer', async () => {
    const written = await measure(async (core, storage, tenantId) => {
      await core.execute(registerUser(tenantId, 'first@orchard.example'), bySystem({ replay: replay() }))
      return storage.rowsWritten
    })
    expect(written).toBe(7)
  })

  it('is less than that when commands arrive together: they share transactions and bookkeeping', async () => {
    const { commits, positions } = await measure(async (core, storage, tenantId) => {
      const before = (await storage.readRows([])).head
      await Promise.all(
        Array.from({ length: 64 }, (_, index) =>
          core.execute(registerUser(tenantId, `user${index}@orchard.example`), bySystem({ replay: replay() })),
        ),
      )
      const after = (await storage.readRows([])).head
      return { commits: after.revision - before.revision, positions: after.position - before.position }
    })
    expect(positions).toBe(128)
    expect(commits).toBeLessThanOrEqual(6) // a tenth of a commit a command
  })
})
