import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PgSqlSession } from '#infrastructure/node/pg-sql-session.ts'
import { createPrometheusMetrics } from '#infrastructure/node/prometheus-metrics.ts'
import { pipelineStatus } from '#infrastructure/postgres/pipeline-status.ts'
import { PostgresOutbox } from '#infrastructure/postgres/postgres-outbox.ts'
import { PostgresProjectionStatus } from '#infrastructure/postgres/postgres-projection-status.ts'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { FaultProxy } from '../support/fault-proxy.ts'
import { migrateAll } from '../support/migration-files.ts'
import { pgSession } from '../support/postgres-sessions.ts'

const STATUS = {
  tenants: 3,
  events: 40,
  toProject: 2,
  toForward: 5,
  toPublish: 7,
  fenced: 1,
  halted: { user_profile: 1 },
}
const LAG = { tenantId: 'ten_1', view: 'user_profile', events: 2, seconds: 7.5 }

function busyMetrics() {
  const metrics = createPrometheusMetrics(() => Promise.resolve({ ...STATUS, lagging: [LAG] }))
  metrics.command('user.register', 'accepted', 0.004)
  metrics.query('users', true, 0.002)
  metrics.cached('user_profile', true)
  metrics.request('GET', '/api/v1/tenants/:tenantId/users', 200, 0.003)
  metrics.projected(12, 0.02)
  metrics.halted('user_profile')
  return metrics
}

it('the lag of a tenant’s view is named with both', async () => {
  const page = await busyMetrics().scrape()
  expect(page).toContain('acci_read_model_lag_seconds{tenant="ten_1",view="user_profile"} 7.5\n')
  expect(page).toContain('acci_views_halted{view="user_profile"} 1\nacci_views_halted{view="auth_sessions"} 0\n')
  expect(page).toContain('acci_projection_halts_total{view="user_profile"} 1\n')
})

it('a database that does not answer leaves its gauges out, and what the process knows by itself in', async () => {
  const metrics = createPrometheusMetrics(() => Promise.reject(new Error('no route to host')))
  metrics.projected(12, 0.02)
  const page = await metrics.scrape()
  expect(page).toContain('acci_up 0\n')
  expect(page).toContain('acci_events_projected_total 12\n')
  expect(page).not.toContain('acci_tenants')
})

describe('over a PostgreSQL', () => {
  const database = testDatabase()
  let proxy: FaultProxy
  let session: PgSqlSession
  beforeAll(async () => {
    const direct = pgSession(database.url)
    await migrateAll(direct)
    await direct.close()
    proxy = await FaultProxy.before(Number(new URL(database.url).port || 5432))
    session = new PgSqlSession(proxy.through(database.url), () => undefined)
  })
  afterAll(async () => {
    proxy.pass()
    await session.close()
    await proxy.close()
  })

  it('that falls silent, a scrape waits for it no longer than three seconds', async () => {
    const metrics = createPrometheusMetrics(() =>
      pipelineStatus(new PostgresOutbox(session), new PostgresProjectionStatus(session), Date.now()),
    )
    expect(await metrics.scrape()).toContain('acci_up 1\n')
    proxy.blackHole()
    const began = performance.now()
    expect(await metrics.scrape()).toContain('acci_up 0\n')
    expect(performance.now() - began).toBeLessThan(3_000)
    proxy.pass()
    await expect.poll(() => metrics.scrape(), { timeout: 20_000 }).toContain('acci_up 1\n')
  })

  it('the lag of those is named that have waited longest, however few their events are', async () => {
    const noon = Date.parse('2026-11-24T12:00:00Z')
    /** Its read models have followed nothing of a log that began so many seconds before noon. */
    const behind = (name: string, events: number, seconds: number) => {
      const timestamp = new Date(noon - seconds * 1_000).toISOString()
      return [
        {
          text: `insert into tenant_log.tenant (tenant_id, position, hash, revision) values ($1, $2, '', 1)`,
          params: [name, events],
        },
        {
          text: 'insert into tenant_log.event (tenant_id, position, body) values ($1, 1, $2)',
          params: [name, JSON.stringify({ data: { timestamp: 'x' }, timestamp })],
        },
      ]
    }
    const busy = Array.from({ length: 25 }, (_, index) => behind(`busy${index}`, 1_000, 1 + index / 100))
    await session.transaction('owner', [...busy.flat(), ...behind('forgotten', 1, 600), ...behind('late', 2, 60)])
    const status = await pipelineStatus(new PostgresOutbox(session), new PostgresProjectionStatus(session), noon)
    expect(status.lagging).toHaveLength(20)
    expect(status.lagging.slice(0, 3)).toEqual([
      { tenantId: 'forgotten', view: 'all', events: 1, seconds: 600 },
      { tenantId: 'late', view: 'all', events: 2, seconds: 60 },
      { tenantId: 'busy24', view: 'all', events: 1_000, seconds: 1.24 },
    ])
  })
})

it('the alerts and the table of the operations page name metrics that there are, and the table names all', async () => {
  const page = await busyMetrics().scrape()
  const there = new Set([...page.matchAll(/^(\w+)(?:\{| )/gm)].map(([, name = '']) => name.replace(/_bucket$/, '')))
  const named = (file: string) =>
    new Set(
      [...readFileSync(`doc/operations/${file}`, 'utf8').matchAll(/\b(?:acci|process)_[a-z_]+/g)].map(([name]) => name),
    )
  for (const name of named('prometheus-alerts.yml')) expect(there).toContain(name)
  const table = named('README.md')
  for (const name of there) expect(table).toContain(name.replace(/_(?:count|sum)$/, ''))
})
