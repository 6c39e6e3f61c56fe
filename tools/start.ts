import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { convertV4MiniflareOptions, Miniflare, type V4ModuleDefinition } from 'miniflare'
import pg from 'pg'
import { PGlite } from '@electric-sql/pglite'
import { migrate } from '../src/infrastructure/postgres/migrate.ts'
import { PgSqlSession } from '../src/infrastructure/node/pg-sql-session.ts'
import { PgliteSqlSession } from '../src/infrastructure/node/pglite-sql-session.ts'
import { masterKeyFile } from '../src/infrastructure/node/master-key-file.ts'
import { parseConfiguration } from '../src/infrastructure/shared/configuration.ts'
import { nodeCryptography } from '../src/infrastructure/shared/node-cryptography.ts'
import { buildWorker } from './build.ts'
import { pgliteEngine, poolEngine, startNeonStandIn } from './stand-ins/neon-http.ts'
import { banner, step } from './start-banner.ts'

/**
 * Starts the Worker in local workerd with everything it needs embedded: Durable Objects and queues by miniflare, Postgres by
 * PGlite (or the one `DATABASE_URL` names) behind a stand-in for Neon's HTTP protocol.
 */
const COMPATIBILITY_DATE = '2026-11-01'
const WAKE_UPS = 'acci-wake-ups'

const parsed = parseConfiguration(process.env)
if (!parsed.ok) {
  process.stderr.write(`The configuration is not valid:\n${parsed.faults.map((fault) => `  ${fault}\n`).join('')}`)
  process.exit(1)
}
const { configuration } = parsed
const { HOST: host, PORT: port, ACCI_DATA_DIR: dataDir, DATABASE_URL: databaseUrl } = configuration
mkdirSync(dataDir, { recursive: true })

const { file } = await step('Build the Worker', buildWorker)
const database = await step('Start Postgres and bring its schema up to date', openDatabase)
// A password of the stand-in's own: whoever does not know it cannot use the open port.
const connectionString = `postgresql://acci:${randomBytes(18).toString('base64url')}@neon.stand-in.local/acci`
const standIn = await startNeonStandIn({ engine: database.engine, connectionString })

// The password is printed once: the marker says that somebody has had the chance to read it.
const marker = join(dataDir, 'admin-password-printed-worker')
const generated = configuration.ACCI_ADMIN_PASSWORD === undefined && !existsSync(marker)
const email = configuration.ACCI_ADMIN_EMAIL ?? 'admin@example.com'
const password = configuration.ACCI_ADMIN_PASSWORD ?? `Aa1!${randomBytes(15).toString('base64url')}`

const miniflare = await step('Start workerd', startWorker)
let stopping = false
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  // Miniflare's own handler ends the process at once, with another exit code and nothing drained.
  process.removeAllListeners(signal)
  process.on(signal, () => {
    if (stopping) process.exit(1)
    stopping = true
    void stop()
  })
}

const address = (await miniflare.ready).href.replace(/\/$/, '')
try {
  await step('Prepare the platform tenant', ready)
  process.stdout.write(banner({ address, runsOn: runsOn(), email, ...(generated && { password }) }))
  if (generated) writeFileSync(marker, '')
} catch (fault) {
  // Asked to stop meanwhile, it has stopped answering.
  if (!stopping) throw fault
}

async function stop(): Promise<void> {
  process.stdout.write('… Stop\n')
  await miniflare.dispose()
  await standIn.stop()
  await database.close()
  process.exit(0)
}

async function openDatabase() {
  const checksum = (text: string) => nodeCryptography.sha256Hex(text)
  const folder = join(dirname(import.meta.dirname), 'migrations')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql'))
  const migrations = await Promise.all(
    names.map(async (name) => ({ name: name.replace(/\.sql$/, ''), text: await readFile(join(folder, name), 'utf8') })),
  )
  if (databaseUrl !== undefined) {
    const session = new PgSqlSession(databaseUrl, (fault) =>
      process.stderr.write(`database connection lost: ${fault.message}\n`),
    )
    await migrate(session, migrations, checksum)
    await session.close()
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 16 })
    pool.on('error', (fault) => process.stderr.write(`database connection lost: ${fault.message}\n`))
    return { engine: poolEngine(pool), close: () => pool.end() }
  }
  const embedded = await PGlite.create({ dataDir: join(dataDir, 'postgres') })
  await migrate(PgliteSqlSession.over(embedded), migrations, checksum)
  return { engine: pgliteEngine(embedded), close: () => embedded.close() }
}

async function startWorker(): Promise<Miniflare> {
  const options = convertV4MiniflareOptions({
    name: 'acci',
    host,
    port,
    modules: await workerModules(),
    modulesRoot: dirname(file),
    compatibilityDate: COMPATIBILITY_DATE,
    compatibilityFlags: ['nodejs_compat'],
    bindings: {
      ACCI_PROFILE: configuration.ACCI_PROFILE,
      ACCI_ALLOW_STAND_INS: configuration.ACCI_ALLOW_STAND_INS.join(','),
      ACCI_MASTER_KEY: configuration.ACCI_MASTER_KEY ?? masterKeyFile(dataDir),
      ACCI_PUBLIC_URL: configuration.ACCI_PUBLIC_URL ?? `http://${host}:${port}`,
      ACCI_REGION: configuration.ACCI_REGION,
      ACCI_ADMIN_EMAIL: email,
      ACCI_ADMIN_PASSWORD: password,
      DATABASE_URL: connectionString,
      NEON_FETCH_ENDPOINT: standIn.endpoint,
    },
    durableObjects: {
      TENANT: { className: 'TenantObject', useSQLite: true },
      DIRECTORY: { className: 'DirectoryObject', useSQLite: true },
      KEY_RING: { className: 'KeyRingObject', useSQLite: true },
    },
    resourcePersistencePath: resolve(dataDir, 'miniflare'),
    queueProducers: { WAKE_UPS: { queueName: WAKE_UPS } },
    queueConsumers: {
      [WAKE_UPS]: { maxBatchSize: 100, maxBatchTimeout: 0, maxRetries: 3, deadLetterQueue: `${WAKE_UPS}-dead` },
      [`${WAKE_UPS}-dead`]: { maxBatchSize: 100, maxBatchTimeout: 1 },
    },
  })
  const started = new Miniflare(options)
  await started.ready
  return started
}

/** The bundle and what lies beside it, as the modules that wrangler would upload. */
async function workerModules(): Promise<V4ModuleDefinition[]> {
  const folder = dirname(file)
  const names = (await readdir(folder)).filter((name) => /\.(?:wasm|ftl|polar|sql)$/.test(name))
  const beside = names.map((name): V4ModuleDefinition => {
    const path = join(folder, name)
    return name.endsWith('.wasm')
      ? { type: 'CompiledWasm', path, contents: readFileSync(path) }
      : { type: 'Text', path, contents: readFileSync(path, 'utf8') }
  })
  return [{ type: 'ESModule', path: file, contents: readFileSync(file, 'utf8') }, ...beside]
}

async function ready(): Promise<void> {
  const response = await fetch(`${address}/health/ready`)
  if (!response.ok) throw new Error(`not ready: ${await response.text()}`)
}

function runsOn() {
  return {
    tenantLog: 'Durable Objects (SQLite) in local workerd',
    readModels: `${databaseUrl === undefined ? 'embedded PostgreSQL (PGlite)' : 'PostgreSQL'} behind a stand-in for Neon`,
    eventStore: 'embedded (the tenant log)',
    bus: 'Cloudflare Queues, simulated by miniflare',
    mail: 'development mailbox (/dev/mailbox)',
  }
}
