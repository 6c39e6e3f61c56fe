import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { TenantId } from '#common/ids.ts'
import { newId } from '#domain/new-id.ts'
import type { Bus, WakeUp } from '#domain/ports/bus.ts'
import type { Logger } from '#domain/ports/logger.ts'
import type { Mail } from '#domain/ports/mailer.ts'
import { Projector } from '#domain/projection/projector.ts'
import type { Command } from '#domain/writer/command.ts'
import { InProcessBus } from '#infrastructure/node/in-process-bus.ts'
import { TenantWorkers } from '#infrastructure/node/tenant-workers.ts'
import { PgliteSqlSession } from '#infrastructure/node/pglite-sql-session.ts'
import type { PgSqlSession } from '#infrastructure/node/pg-sql-session.ts'
import { PostgresDirectory } from '#infrastructure/postgres/postgres-directory.ts'
import { PostgresProjectionStore } from '#infrastructure/postgres/postgres-projection-store.ts'
import { PostgresReadModels } from '#infrastructure/postgres/postgres-read-models.ts'
import { PostgresTenantWriter } from '#infrastructure/postgres/postgres-tenant-writer.ts'
import type { SqlSession } from '#infrastructure/postgres/sql-session.ts'
import { logEventStore } from '#infrastructure/shared/log-event-store.ts'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { bySystem, createTenant, registerUser } from '../support/commands.ts'
import { migrateAll } from '../support/migration-files.ts'
import { pgSession } from '../support/postgres-sessions.ts'
import { testVault, writerTools } from '../support/writer-tools.ts'

const NOON = Date.parse('2026-11-24T12:00:00Z')

/** One replica: writer, bus and projector over a database that others may share. `lossy` forgets every wake-up of a commit. */
function replica(session: SqlSession, { lossy = false, now = () => NOON } = {}) {
  const errors: string[] = []
  const logger: Logger = { info: () => undefined, warn: () => undefined, error: (message) => void errors.push(message) }
  const mails: Mail[] = []
  const tools = writerTools(now)
  const wakeUps: WakeUp[] = []
  const store = new PostgresProjectionStore(session)
  const bus: Bus = {
    publish: (published) => {
      wakeUps.push(...published)
      return deliver ? inProcess.publish(published) : Promise.resolve()
    },
  }
  let deliver = !lossy
  const writer = new PostgresTenantWriter({
    session,
    tools,
    mailer: { send: async (mail) => void mails.push(mail) },
    bus: () => bus,
    commands: { enqueue: async () => undefined },
    logger,
  })
  const projector = new Projector({
    eventStore: logEventStore(writer),
    store,
    writer,
    directory: new PostgresDirectory(session, now),
    logger,
    cryptography: tools.cryptography,
    keyVault: tools.keyVault,
  })
  const projections = new TenantWorkers(
    async (tenantId) => (await projector.project(tenantId)).position,
    (_, fault) => errors.push(String(fault)),
  )
  const inProcess = new InProcessBus(projections)
  return {
    writer,
    readModels: new PostgresReadModels(session),
    errors,
    mails,
    wakeUps,
    inProcess,
    deliverAgain: () => {
      deliver = true
    },
  }
}

const withMail = (command: Command, to: string): Command =>
  command.type === 'user.register'
    ? { ...command, input: { ...command.input, mail: { to, subject: 's', text: 't' } } }
    : command

function pipeline(session: () => SqlSession): void {
  async function tenantOf(one: ReturnType<typeof replica>): Promise<TenantId> {
    const tenantId = newId.tenant()
    expect(await one.writer.execute(tenantId, createTenant(tenantId), bySystem())).toMatchObject({ ok: true })
    return tenantId
  }

  it('brings what was written to the read models', async () => {
    const one = replica(session())
    const tenantId = await tenantOf(one)
    const outcome = await one.writer.execute(tenantId, registerUser(tenantId, 'ada@orchard.example'), bySystem())
    const position = outcome.ok ? outcome.value.position : 0
    await vi.waitFor(async () => expect((await one.readModels.metrics(tenantId)).position).toBe(position))
    expect((await one.readModels.metrics(tenantId)).row).toMatchObject({ totalUsers: 2, activeUsers: 2 })
    const users = await one.readModels.users(
      tenantId,
      { search: 'ada@' },
      { page: 1, pageSize: 10, sortBy: 'email', sortOrder: 'asc' },
    )
    expect(users).toMatchObject({ total: 1, items: [{ email: 'ada@orchard.example', status: 'invited' }] })
    expect(one.errors).toEqual([])
  })

  it('makes the names of a tenant permanent whose creator died right after the commit', async () => {
    const one = replica(session(), { lossy: true })
    const directory = new PostgresDirectory(session(), () => NOON)
    const tenantId = newId.tenant()
    const slug = `orchard-${tenantId.slice(-8)}`
    await directory.reserve('slug', slug, { tenantId, region: 'test' }, 60_000)
    await one.writer.execute(tenantId, createTenant(tenantId), bySystem())
    expect(await directory.find('slug', slug)).toEqual([])
    one.deliverAgain()
    await one.writer.sweep()
    await vi.waitFor(async () => expect(await directory.find('slug', slug)).toEqual([{ tenantId, region: 'test' }]))
    const holders = () => directory.find('email', testVault.emailIndex('admin@orchard.example'))
    await vi.waitFor(async () => expect(await holders()).toContainEqual({ tenantId, region: 'test' }))
  })

  it('finds by the sweep what no wake-up told of, and then nothing more', async () => {
    const one = replica(session(), { lossy: true })
    const tenantId = await tenantOf(one)
    expect((await one.readModels.tenant(tenantId)).position).toBe(0)
    one.deliverAgain()
    await one.writer.sweep()
    await vi.waitFor(async () =>
      expect((await one.readModels.tenant(tenantId)).row).toMatchObject({ name: 'Orchard Ltd' }),
    )
    await vi.waitFor(async () => {
      one.wakeUps.length = 0
      await one.writer.sweep()
      expect(one.wakeUps.filter((wakeUp) => wakeUp.tenantId === tenantId)).toEqual([])
    })
  })

  it('wakes those first that have waited longest, and goes on behind them, so that nobody is kept waiting by them', async () => {
    const one = replica(session(), { lossy: true })
    const first = `ten_${'0'.repeat(26)}`
    // A page of tenants and one more, each with one event; of two events of one moment the tenant's id decides.
    const made = `from (select 'ten_' || lpad(i::text, 26, '0') as id, i from generate_series(0, 500) i) made`
    await session().transaction('owner', [
      { text: `insert into tenant_log.tenant (tenant_id, position, hash, revision) select id, 1, '', 1 ${made}` },
      {
        text: `insert into tenant_log.event (tenant_id, position, body) select id, 1,
          '{"data":{"timestamp":"1999-01-01T00:00:00.000Z"},"timestamp":"'
          || case i when 0 then '2020-01-02' else '2020-01-01' end || 'T00:00:00.000Z","type":"\\u0000"}' ${made}`,
      },
    ])
    try {
      await one.writer.sweep()
      const woken = one.wakeUps.map(({ tenantId }) => tenantId)
      expect(woken).toHaveLength(500)
      expect(woken).toEqual(woken.toSorted())
      expect(woken).not.toContain(first)
      one.wakeUps.length = 0
      const late = await tenantOf(one)
      one.wakeUps.length = 0
      await one.writer.sweep()
      expect(one.wakeUps.at(0)).toEqual({ tenantId: first, toPosition: 1 })
      expect(one.wakeUps.map(({ tenantId }) => tenantId)).toContain(late)
      one.wakeUps.length = 0
      await one.writer.sweep()
      expect(one.wakeUps.map(({ tenantId }) => tenantId)).toEqual(woken)
    } finally {
      const mine = `tenant_id like 'ten_0000000000%'`
      await session().transaction('owner', [
        { text: `delete from tenant_log.event where ${mine}` },
        { text: `delete from tenant_log.tenant where ${mine}` },
      ])
    }
  })

  it('keeps the projection right when two replicas write and project at once', async () => {
    const [one, other] = [replica(session()), replica(session())]
    const tenantId = await tenantOf(one)
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        (index % 2 === 0 ? one : other).writer.execute(
          tenantId,
          registerUser(tenantId, `user${index}@orchard.example`),
          bySystem(),
        ),
      ),
    )
    expect(outcomes.every(({ ok }) => ok)).toBe(true)
    const { head } = await one.writer.log(tenantId, 0, 1)
    await vi.waitFor(async () => expect((await other.readModels.metrics(tenantId)).position).toBe(head.position), {
      timeout: 10_000,
    })
    expect((await one.readModels.metrics(tenantId)).row).toMatchObject({ totalUsers: 61 })
    expect([...one.errors, ...other.errors]).toEqual([])
  })

  it('sends a mail once, at once, and keeps it from no sweep of any replica', async () => {
    const [one, other] = [replica(session()), replica(session())]
    const tenantId = await tenantOf(one)
    await one.writer.execute(
      tenantId,
      withMail(registerUser(tenantId, 'mail@orchard.example'), 'mail@orchard.example'),
      bySystem(),
    )
    await Promise.all([one.writer.sweep(), other.writer.sweep(), one.writer.sweep()])
    await vi.waitFor(() =>
      expect([...one.mails, ...other.mails].filter(({ to }) => to === 'mail@orchard.example')).toHaveLength(1),
    )
    await Promise.all([one.writer.sweep(), other.writer.sweep()])
    expect([...one.mails, ...other.mails].filter(({ to }) => to === 'mail@orchard.example')).toHaveLength(1)
  })

  it('loses no command when the bus fails', async () => {
    const tools = writerTools()
    const logger: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined }
    const bus: Bus = { publish: () => Promise.reject(new Error('the bus is away')) }
    const unhandled = vi.fn<(fault: unknown) => void>()
    process.on('unhandledRejection', unhandled)
    const writer = new PostgresTenantWriter({
      session: session(),
      tools,
      mailer: { send: () => Promise.resolve() },
      bus: () => bus,
      commands: { enqueue: async () => undefined },
      logger,
    })
    const tenantId = newId.tenant()
    expect(await writer.execute(tenantId, createTenant(tenantId), bySystem())).toMatchObject({ ok: true })
    await new Promise(setImmediate)
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })
}

describe('PostgreSQL', () => {
  const database = testDatabase()
  let session: PgSqlSession
  beforeAll(async () => {
    session = pgSession(database.url)
    await migrateAll(session)
  })
  afterAll(() => session.close())

  pipeline(() => session)
})

describe('PGlite', () => {
  let session: PgliteSqlSession
  beforeAll(async () => {
    session = await PgliteSqlSession.open(undefined)
    await migrateAll(session)
  })
  afterAll(() => session.close())

  pipeline(() => session)
})
