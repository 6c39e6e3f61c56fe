import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { problemOf } from '#api/problem.ts'
import { tenantStream } from '#domain/event-store/stream-event.ts'
import { BACKLOG_LIMIT } from '#domain/forwarding/forwarder.ts'
import { Forwarders } from '#domain/forwarding/forwarders.ts'
import { newId } from '#domain/new-id.ts'
import type { StoreHealth, StreamStore } from '#domain/ports/event-store.ts'
import { openEventStore } from '#infrastructure/node/open-event-store.ts'
import type { PgSqlSession } from '#infrastructure/node/pg-sql-session.ts'
import { PostgresTenantWriter } from '#infrastructure/postgres/postgres-tenant-writer.ts'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { bySystem, createTenant, registerUser } from '../support/commands.ts'
import { writeForeign } from '../support/event-store-simulator/write-foreign.ts'
import { MemoryStreamStore } from '../support/memory-stream-store.ts'
import { migrateAll } from '../support/migration-files.ts'
import { pgSession } from '../support/postgres-sessions.ts'
import { EVENT_STORE_LOGIN, RemoteEventStore } from '../support/remote-event-store.ts'
import { writerTools } from '../support/writer-tools.ts'

/** Tenants that a sweep reads at a time. */
const PAGE = 500

const database = testDatabase()
let session: PgSqlSession
beforeAll(async () => {
  session = pgSession(database.url)
  await migrateAll(session)
})
// Something may still be on its way that locks them in another order.
afterEach(() => vi.waitFor(() => sql('truncate tenant_log.tenant, tenant_log.event'), { timeout: 5_000 }))
afterAll(() => session.close())

const sql = async (text: string, ...params: readonly string[]) =>
  (await session.transaction('owner', [{ text, params }]))[0] ?? []

/** A process that writes and forwards, to a store in memory unless another is given. Its clock stands still: commits leave a store alone that was away. */
function replica(remote?: StreamStore) {
  let status: StoreHealth['status'] = 'up'
  const store = Object.assign(new MemoryStreamStore(), { health: () => Promise.resolve({ status, latency: 1 }) })
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const writer = new PostgresTenantWriter({
    session,
    tools: writerTools(Date.now),
    mailer: { send: async () => undefined },
    bus: () => ({ publish: async () => undefined }),
    commands: { enqueue: async () => undefined },
    logger,
    forwarders: new Forwarders({ store: remote ?? store, logger, now: () => 0, sweepIn: () => undefined }),
  })
  return { writer, store, becomes: (next: StoreHealth['status']) => void (status = next) }
}

/** Tenants with one event each that waits for the store. */
async function tenantsThatWait(count: number): Promise<void> {
  const made = `from (select 'ten_' || lpad(i::text, 26, '0') as id, i from generate_series(1, ${count}) i) made`
  await sql(`insert into tenant_log.tenant (tenant_id, position, hash, revision) select id, 1, '', 1 ${made}`)
  await sql(`insert into tenant_log.event (tenant_id, position, body)
    select id, 1, '{"data":{},"eventId":"' || gen_random_uuid() || '","position":1,"type":"tenant.created"}' ${made}`)
}

const waiting = async () =>
  Number((await sql('select count(*) from tenant_log.tenant where forwarded < position'))[0]?.['count'])

describe('the sweep that forwards', () => {
  it('comes to every tenant that waits, however many they are', async () => {
    const { writer, store } = replica()
    await tenantsThatWait(2 * PAGE + 1)
    await writer.forwardLagging()
    expect(store.streams.size).toBe(2 * PAGE + 1)
    expect(await waiting()).toBe(0)
  })

  it('tries a store that is away with a few, others each time, and comes to all once it is back', async () => {
    const { writer, store, becomes } = replica()
    await tenantsThatWait(40)
    becomes('down')
    for (const tried of [8, 16, 24]) {
      store.faults.push(...Array.from({ length: 8 }, () => 'lostRequest' as const))
      await writer.forwardLagging()
      expect(store.appends).toHaveLength(tried)
    }
    expect(new Set(store.appends.flatMap(({ ids }) => ids)).size).toBe(24)
    becomes('up')
    await writer.forwardLagging()
    expect(store.streams.size).toBe(40)
    expect(await waiting()).toBe(0)
  })
})

describe.each(['AtomPub', 'gRPC'] as const)('a stream that somebody else has written to, over %s', (protocol) => {
  it.each(['{}', '{broken'])('fences its tenant, whatever the foreign event says: %s', async (text) => {
    const remote = new RemoteEventStore(protocol)
    const store = openEventStore({ EVENTSTORE_URL: await remote.comes(), ...EVENT_STORE_LOGIN })
    if (!store) throw new Error('there is a URL')
    onTestFinished(async () => {
      await store.close()
      await remote.goesAway()
    })
    const { writer } = replica(store)
    const tenantId = newId.tenant()
    writeForeign(remote.store, tenantStream(tenantId), text, text)
    await writer.execute(tenantId, createTenant(tenantId), bySystem())
    await expect
      .poll(async () => (await sql('select fence_reason, fence_position from tenant_log.tenant'))[0])
      .toMatchObject({ fence_reason: 'foreign_event', fence_position: 1 })
  })
})

describe('a tenant of whom as much waits as may', () => {
  it('takes no command, and says when to come again, until the store has followed', async () => {
    const { writer } = replica()
    const tenantId = newId.tenant()
    await writer.execute(tenantId, createTenant(tenantId), bySystem())
    const { head } = await writer.log(tenantId, 0, 1)
    await expect.poll(waiting).toBe(0)
    const moved = (forwarded: number) =>
      sql(
        'update tenant_log.tenant set position = $2, forwarded = $3 where tenant_id = $1',
        tenantId,
        String(head.position + BACKLOG_LIMIT),
        String(forwarded),
      )
    const register = async () => {
      const { writer: fresh, store } = replica()
      store.faults.push('lostRequest')
      return fresh.execute(tenantId, registerUser(tenantId, 'ada@orchard.example'), bySystem())
    }
    await moved(head.position)
    const refused = await register()
    if (refused.ok) throw new Error('a command was taken')
    const { status, headers, body } = problemOf(refused.error, 'en', { requestId: 'req_1' })
    expect([status, body.code, headers['Retry-After']]).toEqual([503, 'event_store.backlog_full', '30'])
    await moved(head.position + 1)
    expect(await register()).toMatchObject({ ok: true })
  })
})
