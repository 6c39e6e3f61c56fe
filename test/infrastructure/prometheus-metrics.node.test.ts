import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { createPrometheusMetrics } from '#infrastructure/node/prometheus-metrics.ts'

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
