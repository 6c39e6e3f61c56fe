import { waitUntil } from 'cloudflare:workers'
import { SessionCache } from '#api/auth/session-cache.ts'
import { ReadCache } from '#api/read-cache.ts'
import type { Services } from '#api/services.ts'
import { DirectoryFollower } from '#domain/directory/directory-follower.ts'
import { createKeyVault } from '#domain/keys/master-key.ts'
import { systemClock } from '#domain/ports/clock.ts'
import type { StreamStore } from '#domain/ports/event-store.ts'
import type { Mailer } from '#domain/ports/mailer.ts'
import { rebuild } from '#domain/projection/rebuild.ts'
import { Renewal } from '#domain/projection/renewal.ts'
import { Projector } from '#domain/projection/projector.ts'
import type { WriterTools } from '#domain/writer/decide-batch.ts'
import { AtomPubEventStore } from '#infrastructure/event-store/atompub-event-store.ts'
import { DevelopmentMailbox } from '#infrastructure/postgres/development-mailbox.ts'
import { PostgresProjectionStore } from '#infrastructure/postgres/postgres-projection-store.ts'
import { PostgresProjectionStatus } from '#infrastructure/postgres/postgres-projection-status.ts'
import { PostgresReadModels } from '#infrastructure/postgres/postgres-read-models.ts'
import { PostgresShadowStore } from '#infrastructure/postgres/postgres-shadow-store.ts'
import { createArgon2PasswordHasher } from '#infrastructure/shared/argon2-password-hasher.ts'
import { CachingKeyRing } from '#infrastructure/shared/caching-key-ring.ts'
import type { Configuration } from '#infrastructure/shared/configuration.ts'
import { JoseAccessTokens } from '#infrastructure/shared/jose-access-tokens.ts'
import { isDisposableDomain } from '#infrastructure/shared/disposable-domains.ts'
import { createJsonLogger } from '#infrastructure/shared/json-logger.ts'
import { logEventStore } from '#infrastructure/shared/log-event-store.ts'
import { NeonSqlSession } from '#infrastructure/shared/neon-sql-session.ts'
import { nodeCompression } from '#infrastructure/shared/node-compression.ts'
import { nodeCryptography } from '#infrastructure/shared/node-cryptography.ts'
import { createOsoPolicy } from '#infrastructure/shared/oso-policy.ts'
import { rememberDecisions } from '#infrastructure/shared/remembered-decisions.ts'
import { createSmtpMailer } from '#infrastructure/shared/smtp-mailer.ts'
import { workerdArgon2id } from '#infrastructure/workerd/argon2.ts'
import { createCommandQueue } from '#infrastructure/workerd/command-queue.ts'
import { createDurableDirectory } from '#infrastructure/workerd/durable-directory.ts'
import { createDurableKeyRingStore } from '#infrastructure/workerd/durable-key-ring-store.ts'
import { createDurableOutbox } from '#infrastructure/workerd/durable-outbox.ts'
import { createDurableTenantWriter } from '#infrastructure/workerd/durable-tenant-writer.ts'
import { parseEnvironment } from '#infrastructure/workerd/environment.ts'
import { openEdgeCache } from '#infrastructure/workerd/open-cache.ts'
import { projectAfterwards } from '#infrastructure/workerd/project-afterwards.ts'
import { createQueueBus } from '#infrastructure/workerd/queue-bus.ts'
import { createTenantRegister } from '#infrastructure/workerd/tenant-register.ts'
import { POLICY_SOURCES } from '../policies/index.ts'

const AUDIENCE = 'acci'
/** Outdated tenants listed at a time, and how many pages of them are seen to in one run: the runtime bounds its requests. */
const OUTDATED_PAGE = 100
const OUTDATED_PAGES = 200

// Workers have no stdout: console is the log, one line a call.
export const logger = createJsonLogger((line) => console.log(line), systemClock)

interface Parts {
  readonly configuration: Configuration
  readonly session: NeonSqlSession
  readonly tools: WriterTools
  /** There is one where there is no mail server. */
  readonly mailbox: DevelopmentMailbox | undefined
  readonly mailer: Mailer
  /** Absent where the tenants' logs themselves are the event store. */
  readonly eventStore: StreamStore | undefined
}

/** What the API needs, and what goes on beside it. */
export interface EdgeServices extends Services {
  readonly renewal: Pick<Renewal, 'renew'>
  /** Has the queue's consumer renew tenants of which an earlier version has made rows, also where nothing is written. */
  wakeOutdated(): Promise<void>
}

let parts: Promise<Parts> | undefined
let services: Promise<EdgeServices> | undefined

/** What a tenant's writer needs, built once an isolate. */
export const writerParts = (env: Env): Promise<Parts> => (parts ??= Promise.resolve().then(() => buildParts(env)))

/** What the API and the queue consumer need, built once an isolate. A failure is not kept: the next request tries again. */
export function servicesOf(env: Env): Promise<EdgeServices> {
  services ??= buildServices(env)
  services.catch(() => (services = undefined))
  return services
}

function buildParts(env: Env): Parts {
  const parsed = parseEnvironment({ ...env })
  if (!parsed.ok) throw new Error(`the configuration is not valid: ${parsed.faults.join('; ')}`)
  const { configuration, masterKey, databaseUrl } = parsed.environment
  const { NEON_FETCH_ENDPOINT: fetchEndpoint } = configuration
  const keyVault = createKeyVault(masterKey, nodeCryptography)
  const session = new NeonSqlSession(databaseUrl, fetchEndpoint === undefined ? {} : { fetchEndpoint })
  const { SMTP_URL: smtpUrl, ACCI_MAIL_FROM: from = '' } = configuration
  const mailbox = new DevelopmentMailbox(session, systemClock)
  const tools = {
    clock: systemClock,
    cryptography: nodeCryptography,
    keyVault,
    compression: nodeCompression,
    region: configuration.ACCI_REGION,
  }
  const common = { configuration, session, tools, eventStore: eventStoreOf(configuration) }
  return smtpUrl === undefined
    ? { ...common, mailbox, mailer: mailbox }
    : { ...common, mailbox: undefined, mailer: createSmtpMailer(smtpUrl, from) }
}

/** It holds nothing open, so any request may use it. */
function eventStoreOf(configuration: Configuration): StreamStore | undefined {
  const { EVENTSTORE_URL: url, EVENTSTORE_USERNAME: username, EVENTSTORE_PASSWORD: password } = configuration
  if (url === undefined) return undefined
  const access = username !== undefined && password !== undefined && { credentials: { username, password } }
  return new AtomPubEventStore({ url, ...access })
}

async function buildServices(env: Env): Promise<EdgeServices> {
  const { configuration, session, tools, mailbox, eventStore } = await writerParts(env)
  const { clock, cryptography, keyVault } = tools
  const writer = createDurableTenantWriter(env.TENANT, (tenantId, executed) => projectsAfterwards(tenantId, executed))
  const keyRing = new CachingKeyRing(createDurableKeyRingStore(env.KEY_RING), keyVault, clock)
  const publicUrl = configuration.ACCI_PUBLIC_URL ?? `http://${configuration.HOST}:${configuration.PORT}`
  const { ACCI_ADMIN_EMAIL: adminEmail, ACCI_ADMIN_PASSWORD: adminPassword } = configuration
  const store = new PostgresProjectionStore(session)
  const directory = createDurableDirectory(env.DIRECTORY)
  const log = logEventStore(writer)
  const wakeUps = createQueueBus(env.WAKE_UPS)
  const projector = new Projector({
    eventStore: log,
    store,
    writer,
    directory,
    logger,
    cryptography,
    keyVault,
    // The next look for them finds them too.
    onOutdated: (tenantId) => waitUntil(wakeUps.publish([{ tenantId, toPosition: 0 }]).catch(() => undefined)),
  })
  const status = new PostgresProjectionStatus(session)
  const outdated = (after: string) => status.outdatedTenants(after, OUTDATED_PAGE)
  const names = new DirectoryFollower({ directory, keyVault, logger })
  const rebuilding = { source: log, store, writer, cryptography, keyVault, names }
  const renewal = new Renewal({
    outdated,
    rebuild: (tenantId, views, onEvents) =>
      rebuild(tenantId, views, { ...rebuilding, shadow: new PostgresShadowStore(session) }, onEvents),
    logger,
  })
  const projectsAfterwards = projectAfterwards({
    project: (tenantId, confirm) => projector.project(tenantId, confirm),
    confirmTurn: (tenantId, end) => writer.confirmTurn(tenantId, end),
    queue: wakeUps,
    logger,
    inBackground: waitUntil,
    wait: (milliseconds) => scheduler.wait(milliseconds),
  })
  const { ACCI_OPERATOR_TOKEN: operatorToken } = configuration
  const outbox = createDurableOutbox(env.TENANT, createTenantRegister(env.TENANT_REGISTER))
  const { cache, runsOn: cacheRunsOn } = openEdgeCache(configuration, clock, logger)
  return {
    writer,
    readModels: new PostgresReadModels(session),
    readCache: new ReadCache({ cache, waitTogether: false, inBackground: waitUntil }),
    projector,
    renewal,
    async wakeOutdated() {
      let after = ''
      for (let page = 0; page < OUTDATED_PAGES; page++) {
        const found = await outdated(after)
        const last = found.at(-1)
        if (!last) return
        await wakeUps.publish(found.map(({ tenantId }) => ({ tenantId, toPosition: 0 })))
        after = last.tenantId
      }
    },
    directory,
    commands: createCommandQueue(env.COMMANDS),
    policy: rememberDecisions(await createOsoPolicy(POLICY_SOURCES), POLICY_SOURCES),
    passwords: createArgon2PasswordHasher(workerdArgon2id, (length) => cryptography.randomBytes(length)),
    tokens: new JoseAccessTokens({ keyRing, clock, issuer: publicUrl, audience: AUDIENCE }),
    keyRing,
    sessions: new SessionCache(writer, clock, { waitTogether: false }),
    cryptography,
    keyVault,
    clock,
    logger,
    region: configuration.ACCI_REGION,
    profile: configuration.ACCI_PROFILE,
    publicUrl,
    isDisposableDomain,
    ...(mailbox && { mailbox: () => mailbox.list() }),
    ...(operatorToken !== undefined && { operator: { token: operatorToken, outbox, projector } }),
    bootstrap: adminEmail !== undefined && adminPassword !== undefined ? { adminEmail, adminPassword } : undefined,
    runsOn: {
      tenantLog: 'Durable Objects (SQLite)',
      readModels: configuration.NEON_FETCH_ENDPOINT === undefined ? 'Neon' : 'PostgreSQL behind a stand-in for Neon',
      eventStore: eventStore ? 'EventStoreDB (AtomPub)' : 'embedded (the tenant log)',
      cache: cacheRunsOn,
      bus: 'Cloudflare Queues',
      mail: mailbox ? 'development mailbox' : 'SMTP',
    },
  }
}
