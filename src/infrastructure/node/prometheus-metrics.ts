import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { answeredWithin } from '#common/answered-within.ts'
import type { Metrics, PipelineStatus } from '#domain/ports/metrics.ts'
import { VIEW_NAMES } from '#domain/projection/views.ts'

/** Upper bounds of the histograms' buckets, in seconds. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
/** Milliseconds that a scrape waits for the database: Prometheus itself gives up after ten seconds unless told otherwise. */
const STATUS_WITHIN = 2_500
const HISTOGRAM = { advice: { explicitBucketBoundaries: SECONDS } }

/** Metrics of one process, and how they read in Prometheus' text form. */
export interface PrometheusMetrics extends Metrics {
  /** Everything as it is now, within three seconds. A database that does not answer leaves its gauges out, and `acci_up` at 0. */
  scrape(): Promise<string>
}

/** @param status asked once a scrape. */
export function createPrometheusMetrics(status: () => Promise<PipelineStatus>): PrometheusMetrics {
  const exporter = new PrometheusExporter({ preventServerStart: true })
  const meter = new MeterProvider({ readers: [exporter] }).getMeter('acci')
  const histogram = (name: string, description: string) => meter.createHistogram(name, { ...HISTOGRAM, description })
  const counter = (name: string, description: string) => meter.createCounter(name, { description })

  const commands = histogram('acci_command_duration_seconds', 'Commands at their tenants’ writers, by type and outcome')
  const queries = histogram('acci_query_duration_seconds', 'Queries of the read models, by name')
  const requests = histogram('acci_http_request_duration_seconds', 'Requests, by method, route and status')
  const projections = histogram('acci_projection_duration_seconds', 'Projections of one tenant’s events')
  const projected = counter('acci_events_projected', 'Events folded into the read models')
  const halts = counter('acci_projection_halts', 'Views of a tenant that came to stand still at an event, by view')

  const cacheReads = counter('acci_cache_reads', 'Looks into the cache for rows of a view, and whether they were there')

  const gauge = (name: string, description: string) => meter.createObservableGauge(name, { description })
  const gauges = {
    up: gauge('acci_up', 'Whether the database answered this scrape'),
    tenants: gauge('acci_tenants', 'Tenants that have a log'),
    events: gauge('acci_events', 'Events in all logs'),
    toProject: gauge('acci_projection_queue_events', 'Events that the read models have not followed yet'),
    toForward: gauge('acci_event_store_backlog_events', 'Events that have not been sent on to the event store'),
    toPublish: gauge('acci_publication_backlog_events', 'Events that have not been published to RabbitMQ'),
    fenced: gauge('acci_tenants_fenced', 'Tenants that take no command until an operator has looked'),
    halted: gauge('acci_views_halted', 'Views that stand still at an event, by view'),
    lagEvents: gauge(
      'acci_read_model_lag_events',
      'Events a tenant’s view is behind; of the tenants that wait longest',
    ),
    lagSeconds: gauge('acci_read_model_lag_seconds', 'Age of the first event that a tenant’s view has not followed'),
    memory: gauge('process_resident_memory_bytes', 'Memory of this process'),
    cpu: meter.createObservableCounter('process_cpu_seconds', { description: 'User and system time of this process' }),
  }
  meter.addBatchObservableCallback(async (result) => {
    const { user, system } = process.cpuUsage()
    result.observe(gauges.memory, process.memoryUsage.rss())
    result.observe(gauges.cpu, (user + system) / 1_000_000)
    const now = await answeredWithin(STATUS_WITHIN, status()).catch(() => undefined)
    result.observe(gauges.up, now ? 1 : 0)
    if (!now) return
    for (const name of ['tenants', 'events', 'toProject', 'toForward', 'toPublish', 'fenced'] as const)
      result.observe(gauges[name], now[name])
    for (const view of VIEW_NAMES) result.observe(gauges.halted, now.halted[view] ?? 0, { view })
    for (const { tenantId, view, events, seconds } of now.lagging) {
      result.observe(gauges.lagEvents, events, { tenant: tenantId, view })
      result.observe(gauges.lagSeconds, seconds, { tenant: tenantId, view })
    }
  }, Object.values(gauges))

  const serializer = new PrometheusSerializer('', false, undefined, true, true)
  return {
    command: (type, outcome, duration) => commands.record(duration, { type, outcome }),
    query: (name, succeeded, duration) => queries.record(duration, { name, succeeded: String(succeeded) }),
    cached: (view, found) => cacheReads.add(1, { view, found: String(found) }),
    request: (method, route, code, duration) => requests.record(duration, { method, route, status: String(code) }),
    projected(events, duration) {
      projected.add(events)
      projections.record(duration)
    },
    halted: (view) => halts.add(1, { view }),
    async scrape() {
      const { resourceMetrics } = await exporter.collect()
      return serializer.serialize(resourceMetrics)
    },
  }
}
