import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TenantId } from '#common/ids.ts'
import { newId } from '#domain/new-id.ts'
import { outdatedViews, type ViewVersions } from '#domain/projection/view-versions.ts'
import { PostgresProjectionStore } from '#infrastructure/postgres/postgres-projection-store.ts'
import type { PgSqlSession } from '#infrastructure/node/pg-sql-session.ts'
import { parseConfiguration } from '#infrastructure/shared/configuration.ts'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { openPipeline, type Pipeline } from '../../src/container.ts'
import { bySystem, createTenant, registerUser } from '../support/commands.ts'
import { migrateAll } from '../support/migration-files.ts'
import { pgSession } from '../support/postgres-sessions.ts'

const database = testDatabase()
let session: PgSqlSession

beforeAll(async () => {
  session = pgSession(database.url)
  await migrateAll(session)
})
afterAll(() => session.close())

/** A replica that does what it does beside requests, or leaves it to others. */
async function replica({ starts = true } = {}): Promise<Pipeline & { readonly told: string[] }> {
  const parsed = parseConfiguration({ DATABASE_URL: database.url, ACCI_MASTER_KEY: 'A'.repeat(43) })
  if (!parsed.ok) throw new Error(parsed.faults.join('; '))
  const told: string[] = []
  const tell = (message: string, fields?: object) => void told.push(`${message} ${JSON.stringify(fields)}`)
  const pipeline = await openPipeline(parsed.configuration, { info: tell, warn: tell, error: tell })
  if (starts) pipeline.start()
  return { ...pipeline, told }
}

async function projectedTenant({ writer, projector }: Pipeline): Promise<TenantId> {
  const tenantId = newId.tenant()
  await writer.execute(tenantId, createTenant(tenantId), bySystem())
  for (let user = 0; user < 5; user++)
    await writer.execute(tenantId, registerUser(tenantId, `user${user}@orchard.example`), bySystem())
  await projector.project(tenantId)
  return tenantId
}

const rowsOf = async (tenantId: string) =>
  (
    await session.transaction('platform', [
      { text: 'select key, data from read_models.user_profile where tenant_id = $1 order by key', params: [tenantId] },
    ])
  )[0]

/** Makes the rows look like those of a version that knew less. */
const setBack = (tenantId: string) =>
  session.transaction({ tenantId }, [
    { text: `update read_models.user_profile set data = data - 'email' - 'status', search = ''` },
    { text: `update read_models.checkpoint set versions = versions || '{"user_profile":0}'` },
  ])

const versionsOf = async (tenantId: string): Promise<ViewVersions> =>
  (await new PostgresProjectionStore(session).state(tenantId)).versions

describe('rows that an earlier version of the product has made', () => {
  it('are made anew when a replica of this version starts, and every replica that starts with it', async () => {
    const first = await replica({ starts: false })
    const tenants = [await projectedTenant(first), await projectedTenant(first), await projectedTenant(first)]
    const before = await Promise.all(tenants.map(rowsOf))
    for (const tenantId of tenants) await setBack(tenantId)
    expect(await rowsOf(tenants[0] ?? '')).not.toEqual(before[0])
    const replicas = await Promise.all([replica(), replica()])
    for (const [index, tenantId] of tenants.entries()) {
      await expect.poll(async () => outdatedViews(await versionsOf(tenantId)), { timeout: 10_000 }).toEqual([])
      expect(await rowsOf(tenantId)).toEqual(before[index])
    }
    await Promise.all([first, ...replicas].map((one) => one.stop()))
    expect(replicas.flatMap(({ told }) => told).filter((text) => text.includes('could not'))).toEqual([])
  })

  it('are made anew soon after something is written, which no other view waits for, and then follow', async () => {
    const other = await replica({ starts: false })
    const tenantId = await projectedTenant(other)
    const one = await replica()
    await setBack(tenantId)
    await one.writer.execute(tenantId, registerUser(tenantId, 'late@orchard.example'), bySystem())
    await expect.poll(async () => outdatedViews(await versionsOf(tenantId)), { timeout: 10_000 }).toEqual([])
    await other.writer.execute(tenantId, registerUser(tenantId, 'later@orchard.example'), bySystem())
    await other.projector.project(tenantId)
    const { head } = await one.writer.log(tenantId, 0, 1)
    expect(await new PostgresProjectionStore(session).state(tenantId)).toMatchObject({
      position: head.position,
      halted: [],
    })
    const emails = (await rowsOf(tenantId))?.map(({ data }) => (data as { readonly email: string }).email) // as the view has it
    expect(emails).toEqual(
      expect.arrayContaining(['user0@orchard.example', 'late@orchard.example', 'later@orchard.example']),
    )
    // Who registered while the view stood has an address that signs in.
    const index = one.tools.keyVault.emailIndex('late@orchard.example')
    expect(await one.directory.find('email', index)).toMatchObject([{ tenantId }])
    await Promise.all([one.stop(), other.stop()])
  })
})

describe('a row that PostgreSQL does not take', () => {
  it('halts its view of that tenant alone, and follows once it is taken', async () => {
    const one = await replica({ starts: false })
    const [tenantId, other] = [await projectedTenant(one), await projectedTenant(one)]
    const limit = (text: string) => session.transaction('owner', [{ text }])
    await limit(
      `alter table read_models.user_profile add constraint short check (data ->> 'email' is distinct from 'long@orchard.example')`,
    )
    let refused = 0
    for (const id of [tenantId, other]) {
      await one.writer.execute(id, registerUser(id, 'short@orchard.example'), bySystem())
      if (id === tenantId) {
        refused = (await one.writer.log(id, 0, 1)).head.position + 1
        await one.writer.execute(id, registerUser(id, 'long@orchard.example'), bySystem())
      }
      await one.writer.execute(id, registerUser(id, 'last@orchard.example'), bySystem())
    }
    const states = await Promise.all([one.projector.project(tenantId), one.projector.project(other)])
    expect(states).toMatchObject([{ halted: [{ view: 'user_profile', position: refused }] }, { halted: [] }])
    const store = new PostgresProjectionStore(session)
    expect(await store.halts(tenantId)).toMatchObject([
      { error: 'RefusedRow: the database does not take the row (SQLSTATE 23514)', attempts: 3 },
    ])
    expect(await one.projector.retry(tenantId, 'user_profile')).toMatchObject({ position: refused })
    await limit('alter table read_models.user_profile drop constraint short')
    expect(await one.projector.retry(tenantId, 'user_profile')).toBeUndefined()
    expect(await store.state(tenantId)).toMatchObject({ halted: [] })
    expect(await rowsOf(tenantId)).toHaveLength(9)
    await one.stop()
  })
})
