import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '#domain/new-id.ts'
import { systemClock } from '#domain/ports/clock.ts'
import { GIVEN_BACK_KEPT } from '#domain/ports/directory.ts'
import { PgliteSqlSession } from '#infrastructure/node/pglite-sql-session.ts'
import type { PgSqlSession } from '#infrastructure/node/pg-sql-session.ts'
import { DevelopmentMailbox } from '#infrastructure/postgres/development-mailbox.ts'
import { PostgresDirectory } from '#infrastructure/postgres/postgres-directory.ts'
import { PostgresKeyRingStore } from '#infrastructure/postgres/postgres-key-ring-store.ts'
import type { SqlSession } from '#infrastructure/postgres/sql-session.ts'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { directoryContract } from '../contract/directory.contract.ts'
import { keyRingStoreContract } from '../contract/key-ring-store.contract.ts'
import { migrateAll } from '../support/migration-files.ts'
import { pgSession } from '../support/postgres-sessions.ts'

function platformStores(session: () => SqlSession): void {
  directoryContract(() => new PostgresDirectory(session(), systemClock))

  it('forgets after a day that a name was given back', async () => {
    let now = systemClock()
    const directory = new PostgresDirectory(session(), () => now)
    const mine = { tenantId: newId.tenant(), region: 'eu' }
    const late = async () => {
      await directory.confirm('email', 'late', mine, 5)
      return directory.find('email', 'late')
    }
    await directory.release('email', 'late', mine.tenantId, 8)
    now += GIVEN_BACK_KEPT
    await directory.release('email', 'other', mine.tenantId, 8)
    expect(await late()).toEqual([])
    now += 1
    await directory.release('email', 'other', mine.tenantId, 8)
    expect(await late()).toEqual([mine])
  })

  keyRingStoreContract(() => new PostgresKeyRingStore(session()))

  it('keeps mails for development, newest first', async () => {
    const mailbox = new DevelopmentMailbox(session(), () => Date.parse('2026-11-24T12:00:00Z'))
    await mailbox.send({ to: 'a@x.example', subject: 'First', text: 'one\ntwo' })
    await mailbox.send({ to: 'b@x.example', subject: 'Second', text: "'; drop table" })
    expect(await mailbox.list()).toEqual([
      { to: 'b@x.example', subject: 'Second', text: "'; drop table", sentAt: '2026-11-24T12:00:00.000Z' },
      { to: 'a@x.example', subject: 'First', text: 'one\ntwo', sentAt: '2026-11-24T12:00:00.000Z' },
    ])
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

  platformStores(() => session)
})

describe('PGlite', () => {
  let session: PgliteSqlSession
  beforeAll(async () => {
    session = await PgliteSqlSession.open(undefined)
    await migrateAll(session)
  })
  afterAll(() => session.close())

  platformStores(() => session)
})
