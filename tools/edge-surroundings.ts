import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import { masterKeyFile } from '../src/infrastructure/node/master-key-file.ts'
import { PgSqlSession } from '../src/infrastructure/node/pg-sql-session.ts'
import { PgliteSqlSession } from '../src/infrastructure/node/pglite-sql-session.ts'
import { migrate } from '../src/infrastructure/postgres/migrate.ts'
import {
  CONTAINER_RULES,
  parseConfiguration,
  type Configuration,
  type RuntimeRules,
} from '../src/infrastructure/shared/configuration.ts'
import { nodeCryptography } from '../src/infrastructure/shared/node-cryptography.ts'
import { pgliteEngine, poolEngine, startNeonStandIn, type NeonEngine } from './stand-ins/neon-http.ts'

/** What a Worker on this machine needs around it. */
export interface EdgeSurroundings {
  /** Variables of the Worker. Some are secrets. */
  readonly variables: Readonly<Record<string, string>>
  readonly admin: {
    readonly email: string
    /** Only when it was generated just now: it is to be shown this once. */
    readonly generatedPassword?: string
    /** Remembers that somebody has had the chance to read it. */
    shown(): void
  }
  readonly runsOn: Readonly<Record<string, string>>
  stop(): Promise<void>
}

/** A Worker on this machine reaches Postgres through the stand-in for Neon alone. */
const LOCAL_EDGE_RULES: RuntimeRules = {
  needs: [],
  speaksGrpc: false,
  standIns: (given) => ({ ...CONTAINER_RULES.standIns(given), 'neon-http': 'ACCI_PROFILE: there is no Neon here' }),
}

/** The configuration of a Worker on this machine; ends the process, naming every fault, when there is one. */
export function localConfiguration(): Configuration {
  const parsed = parseConfiguration(process.env, LOCAL_EDGE_RULES)
  if (parsed.ok) return parsed.configuration
  process.stderr.write(`The configuration is not valid:\n${parsed.faults.map((fault) => `  ${fault}\n`).join('')}`)
  return process.exit(1)
}

/** Starts PGlite (or takes the Postgres that `DATABASE_URL` names), migrates it, and puts a stand-in for Neon before it. */
export async function startSurroundings(configuration: Configuration): Promise<EdgeSurroundings> {
  const { DATABASE_URL: databaseUrl, ACCI_DATA_DIR: dataDir, HOST: host, PORT: port } = configuration
  const database = await openDatabase(databaseUrl, dataDir)
  // A password of the stand-in's own: whoever does not know it cannot use the open port.
  const connectionString = `postgresql://acci:${randomBytes(18).toString('base64url')}@neon.stand-in.local/acci`
  const standIn = await startNeonStandIn({ engine: database.engine, connectionString })
  const marker = join(dataDir, 'admin-password-printed-worker')
  const generated = configuration.ACCI_ADMIN_PASSWORD === undefined && !existsSync(marker)
  const email = configuration.ACCI_ADMIN_EMAIL ?? 'admin@example.com'
  const password = configuration.ACCI_ADMIN_PASSWORD ?? `Aa1!${randomBytes(15).toString('base64url')}`
  const { SMTP_URL: smtpUrl, EVENTSTORE_URL: eventStoreUrl, UPSTASH_REDIS_REST_URL: upstashUrl } = configuration
  const passedOn = [
    'SMTP_URL',
    'ACCI_MAIL_FROM',
    'EVENTSTORE_URL',
    'EVENTSTORE_USERNAME',
    'EVENTSTORE_PASSWORD',
    'UPSTASH_REDIS_REST_URL',
    'UPSTASH_REDIS_REST_TOKEN',
    'ACCI_OPERATOR_TOKEN',
  ] as const
  return {
    variables: {
      ACCI_PROFILE: configuration.ACCI_PROFILE,
      ACCI_ALLOW_STAND_INS: configuration.ACCI_ALLOW_STAND_INS.join(','),
      ACCI_MASTER_KEY: configuration.ACCI_MASTER_KEY ?? masterKeyFile(dataDir),
      ACCI_PUBLIC_URL: configuration.ACCI_PUBLIC_URL ?? `http://${host}:${port}`,
      ACCI_REGION: configuration.ACCI_REGION,
      ACCI_ADMIN_EMAIL: email,
      ACCI_ADMIN_PASSWORD: password,
      DATABASE_URL: connectionString,
      NEON_FETCH_ENDPOINT: standIn.endpoint,
      ...Object.fromEntries(
        passedOn.flatMap((name) => (configuration[name] === undefined ? [] : [[name, configuration[name]]])),
      ),
    },
    admin: {
      email,
      ...(generated && { generatedPassword: password }),
      shown: () => writeFileSync(marker, ''),
    },
    runsOn: {
      tenantLog: 'Durable Objects (SQLite) in local workerd',
      readModels: `${databaseUrl === undefined ? 'embedded PostgreSQL (PGlite)' : 'PostgreSQL'} behind a stand-in for Neon`,
      eventStore: eventStoreUrl === undefined ? 'embedded (the tenant log)' : 'EventStoreDB (AtomPub)',
      cache: upstashUrl === undefined ? 'memory' : 'memory, then Upstash Redis',
      bus: 'Cloudflare Queues, simulated by miniflare',
      mail: smtpUrl === undefined ? 'development mailbox (/dev/mailbox)' : 'SMTP',
    },
    async stop() {
      await standIn.stop()
      await database.close()
    },
  }
}

async function openDatabase(
  databaseUrl: string | undefined,
  dataDir: string,
): Promise<{ readonly engine: NeonEngine; close(): Promise<void> }> {
  const checksum = (text: string) => nodeCryptography.sha256Hex(text)
  const folder = join(dirname(import.meta.dirname), 'migrations')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql'))
  const migrations = await Promise.all(
    names.map(async (name) => ({ name: name.replace(/\.sql$/, ''), text: await readFile(join(folder, name), 'utf8') })),
  )
  if (databaseUrl !== undefined) {
    const lost = (fault: Error) => process.stderr.write(`database connection lost: ${fault.message}\n`)
    const session = new PgSqlSession(databaseUrl, lost)
    await migrate(session, migrations, checksum)
    await session.close()
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 16, connectionTimeoutMillis: 5_000 })
    // Also while somebody works with a connection: a fault that nobody listens to ends the process.
    pool.on('connect', (client) => client.on('error', lost))
    pool.on('error', () => undefined)
    return { engine: poolEngine(pool), close: () => pool.end() }
  }
  const embedded = await PGlite.create({ dataDir: join(dataDir, 'postgres') })
  await migrate(PgliteSqlSession.over(embedded), migrations, checksum)
  return { engine: pgliteEngine(embedded), close: () => embedded.close() }
}
