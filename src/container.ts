import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { SessionCache } from '#api/auth/session-cache.ts'
import { ReadCache } from '#api/read-cache.ts'
import type { Services } from '#api/services.ts'
import { Forwarders } from '#domain/forwarding/forwarders.ts'
import { DirectoryFollower } from '#domain/directory/directory-follower.ts'
import { createKeyVault, parseMasterKey } from '#domain/keys/master-key.ts'
import { systemClock } from '#domain/ports/clock.ts'
import type { Logger } from '#domain/ports/logger.ts'
import { LAG_THRESHOLD, LagWatch } from '#domain/projection/lag-watch.ts'
import { rebuild } from '#domain/projection/rebuild.ts'
import { Renewal } from '#domain/projection/renewal.ts'
import { Projector } from '#domain/projection/projector.ts'
import type { WriterTools } from '#domain/writer/decide-batch.ts'
import { nodeArgon2id } from '#infrastructure/node/argon2.ts'
import { InProcessCommandQueue } from '#infrastructure/node/in-process-command-queue.ts'
import { InProcessBus } from '#infrastructure/node/in-process-bus.ts'
import { masterKeyFile } from '#infrastructure/node/master-key-file.ts'
import { openCache, type OpenCache } from '#infrastructure/node/open-cache.ts'
import { openEventStore } from '#infrastructure/node/open-event-store.ts'
import { PacedBus } from '#infrastructure/node/paced-bus.ts'
import { PgSqlSession } from '#infrastructure/node/pg-sql-session.ts'
import { PgliteSqlSession } from '#infrastructure/node/pglite-sql-session.ts'
import { createPrometheusMetrics } from '#infrastructure/node/prometheus-metrics.ts'
import { RabbitMq } from '#infrastructure/node/rabbitmq/rabbitmq.ts'
import { Sweep } from '#infrastructure/node/sweep.ts'
import { TenantWorkers } from '#infrastructure/node/tenant-workers.ts'
import { DevelopmentMailbox } from '#infrastructure/postgres/development-mailbox.ts'
import { migrate } from '#infrastructure/postgres/migrate.ts'
import { PostgresDirectory } from '#infrastructure/postgres/postgres-directory.ts'
import { PostgresKeyRingStore } from '#infrastructure/postgres/postgres-key-ring-store.ts'
import { pipelineStatus } from '#infrastructure/postgres/pipeline-status.ts'
import { PostgresOutbox } from '#infrastructure/postgres/postgres-outbox.ts'
import { PostgresProjectionStatus } from '#infrastructure/postgres/postgres-projection-status.ts'
import { PostgresProjectionStore } from '#infrastructure/postgres/postgres-projection-store.ts'
import { PostgresPublication } from '#infrastructure/postgres/postgres-publication.ts'
import { PostgresReadModels } from '#infrastructure/postgres/postgres-read-models.ts'
import { PostgresShadowStore } from '#infrastructure/postgres/postgres-shadow-store.ts'
import { PostgresTenantWriter } from '#infrastructure/postgres/postgres-tenant-writer.ts'
import type { SqlSession } from '#infrastructure/postgres/sql-session.ts'
import { createArgon2PasswordHasher } from '#infrastructure/shared/argon2-password-hasher.ts'
import { CachingKeyRing } from '#infrastructure/shared/caching-key-ring.ts'
import type { Configuration } from '#infrastructure/shared/configuration.ts'
import { isDisposableDomain } from '#infrastructure/shared/disposable-domains.ts'
import { JoseAccessTokens } from '#infrastructure/shared/jose-access-tokens.ts'
import { keepRows } from '#infrastructure/shared/keep-rows.ts'
import { logEventStore } from '#infrastructure/shared/log-event-store.ts'
import { meterReadModels, meterWriter } from '#infrastructure/shared/metered.ts'
import { nodeCompression } from '#infrastructure/shared/node-compression.ts'
import { nodeCryptography } from '#infrastructure/shared/node-cryptography.ts'
import { createOsoPolicy } from '#infrastructure/shared/oso-policy.ts'
import { rememberDecisions } from '#infrastructure/shared/remembered-decisions.ts'
import { createSmtpMailer } from '#infrastructure/shared/smtp-mailer.ts'
import { POLICY_SOURCES } from '../policies/index.ts'
import { MIGRATIONS } from './migrations.ts'

const AUDIENCE = 'acci'
/** Tenants whose lag is looked at: where more lag, there is one trouble behind it. */
const WATCHED_TENANTS = 1_000
/** Outdated tenants listed at a time, and milliseconds from one look for them to the next. */
const OUTDATED_PAGE = 100
const RENEW_EVERY = 300_000

/** The pipeline as it runs in one process of Node: writer, event store, bus and projector over one database. */
export type Pipeline = Awaited<ReturnType<typeof openPipeline>>

/** Opens what the configuration names. Changes nothing by itself: the schema is left as it is, and nothing is swept. */
export async function openPipeline(configuration: Configuration, logger: Logger) {
  const session = await openDatabase(configuration, logger)
  const eventStore = openEventStore(configuration)
  const mailer = openMailer(configuration, session)
  const tools = openTools(configuration)
  const outbox = new PostgresOutbox(session)
  const metrics = createPrometheusMetrics(async () => {
    const status = await pipelineStatus(outbox, projectionStatus, tools.clock())
    return { ...status, ...(!eventStore && { toForward: 0 }), ...(!rabbitMq && { toPublish: 0 }) }
  })
  const projections = new TenantWorkers(
    async (tenantId) => (await projector.project(tenantId)).position,
    (tenantId, fault) =>
      logger.error('projection failed; the sweep will try again', { tenantId, fault: String(fault) }),
  )
  const rabbitMq = openRabbitMq(configuration, session, projections, logger)
  const commands = rabbitMq?.commands ?? new InProcessCommandQueue(logger)
  // Writer and bus need each other: a commit wakes the projector, the projector confirms to the writer.
  const writer: PostgresTenantWriter = new PostgresTenantWriter({
    session,
    tools,
    mailer: mailer.mailer,
    bus: () => bus,
    commands,
    logger,
    ...(eventStore && {
      forwarders: new Forwarders({
        store: eventStore,
        logger,
        now: tools.clock,
        sweepIn: (wait) => forwarding.soon(wait),
      }),
    }),
  })
  const directory = new PostgresDirectory(session, tools.clock)
  const log = logEventStore(writer)
  const { cryptography, keyVault } = tools
  const store = keepRows(new PostgresProjectionStore(session, { besideLog: true, together: true }), tools.clock)
  const names = new DirectoryFollower({ directory, keyVault, logger })
  const projector = new Projector({
    eventStore: logEventStore(writer, (...page) => writer.lately(...page)),
    store,
    writer,
    directory,
    logger,
    cryptography,
    keyVault,
    metrics,
    onOutdated: () => renewing.soon(0),
  })
  const projectionStatus = new PostgresProjectionStatus(session)
  const rebuilding = { source: log, store, writer, cryptography, keyVault, names }
  const renewal = new Renewal({
    outdated: (after) => projectionStatus.outdatedTenants(after, OUTDATED_PAGE),
    rebuild: (tenantId, views, onEvents) =>
      rebuild(tenantId, views, { ...rebuilding, shadow: new PostgresShadowStore(session) }, onEvents),
    logger,
  })
  const bus = new PacedBus(rabbitMq?.bus ?? new InProcessBus(projections), logger)
  const sweep = new Sweep(() => writer.sweep(), logger)
  const renewing = new Sweep(() => renewal.run(), logger, { interval: RENEW_EVERY })
  const forwarding = new Sweep(() => writer.forwardLagging(), logger)
  const lagWatch = new LagWatch(logger)
  const watch = new Sweep(
    async () => {
      const lagging = await outbox.lagging('projected', WATCHED_TENANTS)
      lagWatch.look(
        lagging.flatMap(({ tenantId, waitingSince }) =>
          waitingSince === undefined ? [] : [{ tenantId, waitingSince }],
        ),
        tools.clock(),
      )
    },
    logger,
    { interval: LAG_THRESHOLD },
  )
  let cache: OpenCache | undefined
  return {
    session,
    eventStore,
    ...mailer,
    tools,
    writer,
    directory,
    names,
    outbox,
    projector,
    commands,
    metrics,
    migrate: () => migrate(session, MIGRATIONS, (text) => nodeCryptography.sha256Hex(text)),
    /** Opened for the API alone: commands of an operator read nothing from a cache. */
    openCache: async () => (cache ??= await openCache(configuration, tools.clock, logger)),
    /** Begins what goes on beside requests. */
    start() {
      sweep.start()
      rabbitMq?.start()
      watch.start()
      renewing.start()
      if (eventStore) forwarding.start()
    },
    /** Ends that, lets work under way end, and lets go of all that is open. */
    async stop() {
      sweep.stop()
      watch.stop()
      renewing.stop()
      forwarding.stop()
      await bus.stop()
      await rabbitMq?.stop()
      await Promise.all([projections.stop(), commands.stop(), renewal.stop()])
      await Promise.all([eventStore?.close(), cache?.cache.close()])
      await session.close()
    },
  }
}

/** What the API needs, over an open pipeline. */
export async function openServices(config: Configuration, pipeline: Pipeline, logger: Logger): Promise<Services> {
  const { session, eventStore, mailbox, tools, writer, directory, outbox, projector, commands, metrics } = pipeline
  const { clock, cryptography, keyVault } = tools
  const keyRing = new CachingKeyRing(new PostgresKeyRingStore(session), keyVault, clock)
  const publicUrl = publicUrlOf(config)
  const { ACCI_ADMIN_EMAIL: adminEmail, ACCI_ADMIN_PASSWORD: adminPassword } = config
  const database = config.DATABASE_URL === undefined ? 'embedded PostgreSQL (PGlite)' : 'PostgreSQL'
  const { ACCI_METRICS_TOKEN: metricsToken, ACCI_OPERATOR_TOKEN: operatorToken } = config
  const metered = meterWriter(writer, metrics)
  const { cache, runsOn: cacheRunsOn } = await pipeline.openCache()
  return {
    writer: metered,
    readModels: meterReadModels(new PostgresReadModels(session), metrics),
    readCache: new ReadCache({
      cache,
      waitTogether: true,
      // A cache that fails has told so itself.
      inBackground: (work) => void work.catch(() => undefined),
      metrics,
    }),
    projector,
    directory,
    commands,
    policy: rememberDecisions(await createOsoPolicy(POLICY_SOURCES), POLICY_SOURCES),
    passwords: createArgon2PasswordHasher(nodeArgon2id, (length) => cryptography.randomBytes(length)),
    tokens: new JoseAccessTokens({ keyRing, clock, issuer: publicUrl, audience: AUDIENCE }),
    keyRing,
    sessions: new SessionCache(metered, clock, { waitTogether: true }),
    cryptography,
    keyVault,
    clock,
    logger,
    metrics,
    ...(metricsToken !== undefined && { metricsPage: { token: metricsToken, scrape: () => metrics.scrape() } }),
    ...(operatorToken !== undefined && { operator: { token: operatorToken, outbox, projector } }),
    region: config.ACCI_REGION,
    profile: config.ACCI_PROFILE,
    publicUrl,
    isDisposableDomain,
    ...(mailbox && { mailbox: () => mailbox.list() }),
    bootstrap: adminEmail !== undefined && adminPassword !== undefined ? { adminEmail, adminPassword } : undefined,
    runsOn: {
      tenantLog: database,
      readModels: database,
      eventStore: eventStore
        ? `EventStoreDB (${(await eventStore.capabilities()).protocol === 'grpc' ? 'gRPC' : 'AtomPub'})`
        : 'embedded (the tenant log)',
      cache: cacheRunsOn,
      bus: config.RABBITMQ_URL === undefined ? 'in-process' : 'RabbitMQ',
      mail: mailbox ? 'development mailbox' : 'SMTP',
    },
  }
}

async function openDatabase({ DATABASE_URL: url, ACCI_DATA_DIR: folder }: Configuration, logger: Logger) {
  if (url !== undefined)
    return new PgSqlSession(url, (fault) => logger.error('database connection lost', { fault: String(fault) }))
  mkdirSync(folder, { recursive: true })
  return PgliteSqlSession.open(join(folder, 'postgres-container'))
}

const publicUrlOf = ({ ACCI_PUBLIC_URL: publicUrl, HOST, PORT }: Configuration): string =>
  publicUrl ?? `http://${HOST}:${PORT}`

function openRabbitMq(
  configuration: Configuration,
  session: SqlSession,
  projections: TenantWorkers,
  logger: Logger,
): RabbitMq | undefined {
  const { RABBITMQ_URL: url } = configuration
  if (url === undefined) return undefined
  const storage = new PostgresPublication(session)
  return new RabbitMq({ url, publicUrl: publicUrlOf(configuration), storage, projections, logger })
}

function openTools({ ACCI_MASTER_KEY: key, ACCI_DATA_DIR: folder, ACCI_REGION: region }: Configuration): WriterTools {
  const masterKey = parseMasterKey(key ?? masterKeyFile(folder))
  if (!masterKey) throw new Error('the master key is not 32 bytes in base64url')
  const cryptography = nodeCryptography
  const keyVault = createKeyVault(masterKey, cryptography)
  return { clock: systemClock, cryptography, keyVault, compression: nodeCompression, region }
}

function openMailer(
  { SMTP_URL: url, ACCI_MAIL_FROM: from = '' }: Configuration,
  session: PgSqlSession | PgliteSqlSession,
) {
  if (url !== undefined) return { mailer: createSmtpMailer(url, from), mailbox: undefined }
  const mailbox = new DevelopmentMailbox(session, systemClock)
  return { mailer: mailbox, mailbox }
}
