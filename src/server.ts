import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { serve, type HttpBindings } from '@hono/node-server'
import { createApp } from '#api/app.ts'
import { SessionCache } from '#api/auth/session-cache.ts'
import { bootstrapPlatform } from '#api/bootstrap-platform.ts'
import type { Services } from '#api/services.ts'
import { createKeyVault, parseMasterKey } from '#domain/keys/master-key.ts'
import { systemClock } from '#domain/ports/clock.ts'
import { Forwarders } from '#domain/forwarding/forwarders.ts'
import { Projector } from '#domain/projection/projector.ts'
import { nodeArgon2id } from '#infrastructure/node/argon2.ts'
import { clientAddress } from '#infrastructure/node/client-address.ts'
import { InProcessBus } from '#infrastructure/node/in-process-bus.ts'
import { masterKeyFile } from '#infrastructure/node/master-key-file.ts'
import { openEventStore } from '#infrastructure/node/open-event-store.ts'
import { PgSqlSession } from '#infrastructure/node/pg-sql-session.ts'
import { PgliteSqlSession } from '#infrastructure/node/pglite-sql-session.ts'
import { createSmtpMailer } from '#infrastructure/shared/smtp-mailer.ts'
import { Sweep } from '#infrastructure/node/sweep.ts'
import { DevelopmentMailbox } from '#infrastructure/postgres/development-mailbox.ts'
import { migrate } from '#infrastructure/postgres/migrate.ts'
import { PostgresDirectory } from '#infrastructure/postgres/postgres-directory.ts'
import { PostgresKeyRingStore } from '#infrastructure/postgres/postgres-key-ring-store.ts'
import { PostgresProjectionStore } from '#infrastructure/postgres/postgres-projection-store.ts'
import { PostgresReadModels } from '#infrastructure/postgres/postgres-read-models.ts'
import { PostgresTenantWriter } from '#infrastructure/postgres/postgres-tenant-writer.ts'
import { createArgon2PasswordHasher } from '#infrastructure/shared/argon2-password-hasher.ts'
import { CachingKeyRing } from '#infrastructure/shared/caching-key-ring.ts'
import { parseConfiguration, type Configuration } from '#infrastructure/shared/configuration.ts'
import { JoseAccessTokens } from '#infrastructure/shared/jose-access-tokens.ts'
import { isDisposableDomain } from '#infrastructure/shared/disposable-domains.ts'
import { createJsonLogger } from '#infrastructure/shared/json-logger.ts'
import { logEventStore } from '#infrastructure/shared/log-event-store.ts'
import { nodeCompression } from '#infrastructure/shared/node-compression.ts'
import { nodeCryptography } from '#infrastructure/shared/node-cryptography.ts'
import { createOsoPolicy } from '#infrastructure/shared/oso-policy.ts'
import { POLICY_SOURCES } from '../policies/index.ts'
import { MIGRATIONS } from './migrations.ts'

/** Requests under way are given this long to end before the process does. */
const DRAIN_TIMEOUT = 10_000
const AUDIENCE = 'acci'

const logger = createJsonLogger((line) => process.stdout.write(`${line}\n`), systemClock)

const parsed = parseConfiguration(process.env)
if (!parsed.ok) {
  process.stderr.write(`The configuration is not valid:\n${parsed.faults.map((fault) => `  ${fault}\n`).join('')}`)
  process.exit(1)
}
const { configuration } = parsed

const session = await openDatabase(configuration)
await migrate(session, MIGRATIONS, (text) => nodeCryptography.sha256Hex(text))
const eventStore = openEventStore(configuration)
const { services, bus, writer } = await buildServices(configuration)
await bootstrapPlatform(services)
const sweep = new Sweep(() => writer.sweep(), logger)
const forwarding = new Sweep(() => writer.forwardLagging(), logger)

const app = createApp({
  servicesOf: () => Promise.resolve(services),
  addressOf: (context) => {
    const { env, req } = context as { env: HttpBindings; req: { header(name: string): string | undefined } } // Hono on @hono/node-server
    const peer = env.incoming.socket.remoteAddress ?? ''
    return clientAddress(peer, req.header('x-forwarded-for'), configuration.TRUSTED_PROXIES)
  },
})
const server = serve(
  { fetch: app.fetch, hostname: configuration.HOST, port: configuration.PORT },
  ({ address, port }) => {
    logger.info('ready', { address: `http://${address}:${port}`, runsOn: services.runsOn })
  },
)
sweep.start()
if (eventStore) forwarding.start()

let stopping = false
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (stopping) process.exit(1)
    stopping = true
    void stop()
  })
}

/** Takes no more requests, lets those under way end, then lets go of the database. */
async function stop(): Promise<void> {
  logger.info('stopping')
  setTimeout(() => process.exit(1), DRAIN_TIMEOUT).unref()
  sweep.stop()
  forwarding.stop()
  await new Promise((resolve) => server.close(resolve))
  await bus.stop()
  await eventStore?.close()
  await session.close()
  process.exit(0)
}

async function openDatabase({ DATABASE_URL: url, ACCI_DATA_DIR: folder }: Configuration) {
  if (url !== undefined)
    return new PgSqlSession(url, (fault) => logger.error('database connection lost', { fault: String(fault) }))
  mkdirSync(folder, { recursive: true })
  return PgliteSqlSession.open(join(folder, 'postgres-container'))
}

async function buildServices(config: Configuration) {
  const clock = systemClock
  const cryptography = nodeCryptography
  const masterKey = parseMasterKey(config.ACCI_MASTER_KEY ?? masterKeyFile(config.ACCI_DATA_DIR))
  if (!masterKey) throw new Error('the master key is not 32 bytes in base64url')
  const keyVault = createKeyVault(masterKey, cryptography)
  const mailbox = new DevelopmentMailbox(session, clock)
  const smtp =
    config.SMTP_URL === undefined ? undefined : createSmtpMailer(config.SMTP_URL, config.ACCI_MAIL_FROM ?? '')
  // Writer and bus need each other: a commit wakes the projector, the projector confirms to the writer.
  const tenantWriter: PostgresTenantWriter = new PostgresTenantWriter({
    session,
    tools: { clock, cryptography, keyVault, compression: nodeCompression, region: config.ACCI_REGION },
    mailer: smtp ?? mailbox,
    bus: () => inProcessBus,
    logger,
    ...(eventStore && {
      forwarders: new Forwarders({ store: eventStore, logger, now: clock, sweepIn: (wait) => forwarding.soon(wait) }),
    }),
  })
  const directory = new PostgresDirectory(session, clock)
  const projector = new Projector({
    eventStore: logEventStore(tenantWriter),
    store: new PostgresProjectionStore(session),
    writer: tenantWriter,
    directory,
    logger,
    cryptography,
    keyVault,
  })
  const inProcessBus = new InProcessBus((tenantId) => projector.project(tenantId), logger)
  const keyRing = new CachingKeyRing(new PostgresKeyRingStore(session), keyVault, clock)
  const publicUrl = config.ACCI_PUBLIC_URL ?? `http://${config.HOST}:${config.PORT}`
  const { ACCI_ADMIN_EMAIL: adminEmail, ACCI_ADMIN_PASSWORD: adminPassword } = config
  const built: Services = {
    writer: tenantWriter,
    readModels: new PostgresReadModels(session),
    projector,
    directory,
    policy: await createOsoPolicy(POLICY_SOURCES),
    passwords: createArgon2PasswordHasher(nodeArgon2id, (length) => cryptography.randomBytes(length)),
    tokens: new JoseAccessTokens({ keyRing, clock, issuer: publicUrl, audience: AUDIENCE }),
    keyRing,
    sessions: new SessionCache(tenantWriter, clock, { waitTogether: true }),
    cryptography,
    keyVault,
    clock,
    logger,
    region: config.ACCI_REGION,
    profile: config.ACCI_PROFILE,
    publicUrl,
    isDisposableDomain,
    ...(smtp === undefined && { mailbox: () => mailbox.list() }),
    bootstrap: adminEmail !== undefined && adminPassword !== undefined ? { adminEmail, adminPassword } : undefined,
    runsOn: {
      tenantLog: config.DATABASE_URL === undefined ? 'embedded PostgreSQL (PGlite)' : 'PostgreSQL',
      readModels: config.DATABASE_URL === undefined ? 'embedded PostgreSQL (PGlite)' : 'PostgreSQL',
      eventStore: eventStore
        ? `EventStoreDB (${(await eventStore.capabilities()).protocol === 'grpc' ? 'gRPC' : 'AtomPub'})`
        : 'embedded (the tenant log)',
      bus: 'in-process',
      mail: smtp ? 'SMTP' : 'development mailbox',
    },
  }
  return { services: built, bus: inProcessBus, writer: tenantWriter }
}
