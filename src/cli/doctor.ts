import { accessSync, constants, existsSync } from 'node:fs'
import { connect } from 'node:net'
import type { Command } from 'commander'
import { CacheRefusedFault, type Cache } from '#domain/ports/cache.ts'
import { openEventStore } from '#infrastructure/node/open-event-store.ts'
import { PgSqlSession } from '#infrastructure/node/pg-sql-session.ts'
import { RedisCache } from '#infrastructure/node/redis-cache.ts'
import { PostgresProjectionStatus } from '#infrastructure/postgres/postgres-projection-status.ts'
import type { SqlSession } from '#infrastructure/postgres/sql-session.ts'
import { parseConfiguration, type Configuration } from '#infrastructure/shared/configuration.ts'
import { nodeCryptography } from '#infrastructure/shared/node-cryptography.ts'
import { UpstashCache } from '#infrastructure/shared/upstash-cache.ts'
import { MIGRATIONS } from '../migrations.ts'
import { examineBus } from './examine-bus.ts'
import { examineEdge } from './examine-edge.ts'
import { Ended, EXIT, table, type CliContext } from './context.ts'

/** What one look at one thing has found. */
export interface Finding {
  readonly check: string
  readonly status: 'ok' | 'warning' | 'failed'
  readonly detail: string
  /** Round trip in milliseconds, where there was one. */
  readonly latency?: number
  /** What to do about it. */
  readonly remedy?: string
}

/** Milliseconds by which clocks may differ: tokens and leases are told apart by seconds. */
const CLOCK_SKEW = 2_000
const OLDEST_POSTGRES = 14
/** Milliseconds until a server that does not answer is given up. */
const PATIENCE = 5_000

/** `acci doctor` */
export function doctorCommand(command: Command, context: CliContext): void {
  command
    .description('look at everything the product depends on, and say what to do about what is wrong')
    .option('--json', 'for machines')
    .action(async ({ json }: { json?: boolean }) => {
      const findings = await examine(context)
      if (json) context.out(JSON.stringify({ findings }))
      else for (const line of told(findings)) context.out(line)
      if (findings.some(({ status }) => status === 'failed')) throw new Ended(EXIT.found, 'something is wrong')
    })
}

async function examine({ environment }: CliContext): Promise<readonly Finding[]> {
  const node: Finding = { check: 'Node', status: 'ok', detail: process.version }
  const parsed = parseConfiguration(environment)
  if (!parsed.ok)
    return [
      node,
      ...parsed.faults.map((detail): Finding => ({
        check: 'configuration',
        status: 'failed',
        detail,
        remedy: 'set the variable as the table in the README says',
      })),
    ]
  const { configuration } = parsed
  const { ACCI_PROFILE: profile } = configuration
  const valid: Finding = { check: 'configuration', status: 'ok', detail: `valid, for ${profile}` }
  const found = await Promise.all([
    examinePostgres(configuration),
    examineEventStore(configuration),
    examineBus(configuration, PATIENCE),
    examineCache(configuration),
    examineMail(configuration),
    examineEdge(configuration),
  ])
  return [node, valid, ...found.flat(), examineFolder(configuration)]
}

async function examinePostgres({
  DATABASE_URL: url,
  ACCI_PROFILE: profile,
}: Configuration): Promise<readonly Finding[]> {
  const check = 'PostgreSQL'
  if (url === undefined)
    return [
      {
        check,
        status: profile === 'production' ? 'warning' : 'ok',
        detail: 'embedded (PGlite), for one process alone',
        ...(profile === 'production' && { remedy: 'set DATABASE_URL to a PostgreSQL' }),
      },
    ]
  const session = new PgSqlSession(url, () => undefined)
  try {
    const began = performance.now()
    const [rows] = await session.transaction('owner', [
      {
        text: `select current_setting('server_version') as version, extract(epoch from clock_timestamp()) * 1000 as now`,
      },
    ])
    const latency = Math.round(performance.now() - began)
    const version = String(rows?.[0]?.['version'])
    const skew = Math.round(Number(rows?.[0]?.['now']) - Date.now())
    return [
      {
        check,
        status: Number.parseInt(version, 10) < OLDEST_POSTGRES ? 'failed' : 'ok',
        detail: version,
        latency,
        ...(Number.parseInt(version, 10) < OLDEST_POSTGRES && { remedy: `use ${OLDEST_POSTGRES} or later` }),
      },
      {
        check: 'clocks',
        status: Math.abs(skew) > CLOCK_SKEW ? 'warning' : 'ok',
        detail: `${Math.abs(skew)} ms between this machine and PostgreSQL`,
        ...(Math.abs(skew) > CLOCK_SKEW && { remedy: 'synchronise both with NTP' }),
      },
      ...(await examineSchema(session)),
    ]
  } catch (fault) {
    return [{ check, status: 'failed', detail: textOf(fault), remedy: 'is it running, and DATABASE_URL right?' }]
  } finally {
    await session.close()
  }
}

async function examineSchema(session: SqlSession): Promise<readonly Finding[]> {
  const check = 'schema'
  const [there] = await session.transaction('owner', [
    { text: `select to_regclass('acci_migrations.applied') is not null as is_there` },
  ])
  const [rows = []] =
    there?.[0]?.['is_there'] === true
      ? await session.transaction('owner', [{ text: 'select name, checksum from acci_migrations.applied' }])
      : []
  const applied = new Map(rows.map((row) => [String(row['name']), String(row['checksum'])]))
  const changed = MIGRATIONS.filter(({ name, text }) => {
    const sum = applied.get(name)
    return sum !== undefined && sum !== nodeCryptography.sha256Hex(text)
  })
  const pending = MIGRATIONS.filter(({ name }) => !applied.has(name))
  const newer = [...applied.keys()].filter((name) => !MIGRATIONS.some((migration) => migration.name === name))
  if (changed.length > 0)
    return [
      {
        check,
        status: 'failed',
        detail: `changed after they were applied: ${changed.map(({ name }) => name).join(', ')}`,
        remedy: 'run the version of ACCI that made the schema, and upgrade from there',
      },
    ]
  if (newer.length > 0)
    return [
      {
        check,
        status: 'warning',
        detail: `made by a newer version of ACCI: ${newer.join(', ')}`,
        remedy: 'run that version',
      },
    ]
  if (pending.length > 0)
    return [
      {
        check,
        status: 'warning',
        detail: `to be applied: ${pending.map(({ name }) => name).join(', ')}`,
        remedy: 'run “acci database migrate”; the server of a container applies them at its start, a Worker does not',
      },
    ]
  return [{ check, status: 'ok', detail: `up to date (${applied.size} migrations)` }, await examineViews(session)]
}

/** Whether views of all tenants follow. What stands still misses nothing, but shows what has been. */
async function examineViews(session: SqlSession): Promise<Finding> {
  const check = 'views'
  const status = new PostgresProjectionStatus(session)
  const halted = await status.haltedCount()
  const outdated = Object.entries(await status.outdated())
  if (halted > 0)
    return {
      check,
      status: 'warning',
      detail: `${halted} ${halted === 1 ? 'stands' : 'stand'} still at an event that cannot be folded`,
      remedy: 'run “acci projections status”, then “retry” or “skip”',
    }
  return outdated.length === 0
    ? { check, status: 'ok', detail: 'all follow' }
    : {
        check,
        status: 'warning',
        detail: `of another version: ${outdated.map(([view, tenants]) => `${view} of ${tenants} tenants`).join(', ')}`,
        remedy: 'the product rebuilds them by itself; if they stay, run “acci projections rebuild --outdated”',
      }
}

async function examineEventStore(configuration: Configuration): Promise<readonly Finding[]> {
  const check = 'event store'
  let store: ReturnType<typeof openEventStore>
  try {
    store = openEventStore(configuration)
    if (!store) return [{ check, status: 'ok', detail: 'embedded (the tenants’ logs)' }]
    const { status, latency, detail } = await store.health()
    const { protocol, serverVersion } = await store.capabilities()
    const speaks = `${protocol === 'grpc' ? 'gRPC' : 'AtomPub'}${serverVersion === undefined ? '' : `, ${serverVersion}`}`
    if (status === 'up') return [{ check, status: 'ok', detail: speaks, latency }]
    return status === 'denied'
      ? [
          {
            check,
            status: 'failed',
            detail: `refuses the user${detail === undefined ? '' : `, who ${detail}`}`,
            remedy: 'check EVENTSTORE_USERNAME and EVENTSTORE_PASSWORD, then run “acci eventstore init”',
          },
        ]
      : [
          {
            check,
            status: 'failed',
            detail: detail ?? 'does not answer',
            remedy:
              'is it running, and EVENTSTORE_URL right? Commands go on meanwhile; what waits is sent on its return',
          },
        ]
  } catch (fault) {
    // An address that its client does not take: a file of certificates that is not there, for one.
    return [{ check, status: 'failed', detail: textOf(fault), remedy: 'check EVENTSTORE_URL' }]
  } finally {
    await store?.close()
  }
}

/** Those of the container and of the Worker, each as it would be asked. */
async function examineCache(configuration: Configuration): Promise<readonly Finding[]> {
  const { REDIS_URL: url, UPSTASH_REDIS_REST_URL: restUrl, UPSTASH_REDIS_REST_TOKEN: token } = configuration
  const found = [
    ...(url === undefined ? [] : [await examined('Redis', 'REDIS_URL', () => RedisCache.open({ url }))]),
    ...(restUrl === undefined || token === undefined
      ? []
      : [
          await examined('Upstash Redis', 'UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN', () =>
            Promise.resolve(new UpstashCache({ url: restUrl, token })),
          ),
        ]),
  ]
  return found.length > 0 ? found : [{ check: 'cache', status: 'ok', detail: 'the memory of each process' }]
}

async function examined(name: string, variables: string, open: () => Promise<Cache>): Promise<Finding> {
  const check = 'cache'
  let cache: Cache | undefined
  try {
    cache = await open()
    const began = performance.now()
    await cache.ping()
    return { check, status: 'ok', detail: `${name} answers`, latency: Math.round(performance.now() - began) }
  } catch (fault) {
    const detail = textOf(fault)
    if (fault instanceof CacheRefusedFault) return { check, status: 'failed', detail, remedy: `check ${variables}` }
    const remedy = `is it running, and ${variables} right? Reads go on without it, from the database`
    return { check, status: 'warning', detail, remedy }
  } finally {
    await cache?.close()
  }
}

/** Only whether a mail server listens: signing in to it would be a try that some servers count. */
async function examineMail({ SMTP_URL: url, ACCI_PROFILE: profile }: Configuration): Promise<readonly Finding[]> {
  const check = 'mail'
  if (url === undefined)
    return [
      {
        check,
        status: profile === 'production' ? 'warning' : 'ok',
        detail: 'kept in the development mailbox: none goes out',
        ...(profile === 'production' && { remedy: 'set SMTP_URL and ACCI_MAIL_FROM' }),
      },
    ]
  const { hostname, port, protocol } = new URL(url)
  const at = Number(port === '' ? (protocol === 'smtps:' ? 465 : 587) : port)
  const began = performance.now()
  const fault = await listens(hostname, at)
  const latency = Math.round(performance.now() - began)
  return fault === undefined
    ? [{ check, status: 'ok', detail: `${hostname}:${at} listens`, latency }]
    : [
        {
          check,
          status: 'failed',
          detail: `${hostname}:${at}: ${fault}`,
          remedy: 'is it running, and SMTP_URL right? Mails wait, and are tried again',
        },
      ]
}

/** Undefined when something listens there, or why not. */
const listens = (host: string, port: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PATIENCE })
    const end = (fault?: string) => {
      socket.destroy()
      resolve(fault)
    }
    socket.once('connect', () => end())
    socket.once('timeout', () => end('no answer'))
    socket.once('error', (fault) => end(textOf(fault)))
  })

function examineFolder({ ACCI_DATA_DIR: folder }: Configuration): Finding {
  const check = 'data folder'
  if (!existsSync(folder)) return { check, status: 'ok', detail: `${folder}: made when it is needed` }
  try {
    accessSync(folder, constants.W_OK)
    return { check, status: 'ok', detail: `${folder} can be written to` }
  } catch {
    return {
      check,
      status: 'failed',
      detail: `${folder} cannot be written to`,
      remedy: 'give its user the right, or set ACCI_DATA_DIR',
    }
  }
}

const textOf = (fault: unknown): string => {
  const code = typeof fault === 'object' && fault !== null && 'code' in fault ? String(fault.code) : ''
  const message = fault instanceof Error ? fault.message : String(fault)
  return message === '' ? code : message
}

function told(findings: readonly Finding[]): readonly string[] {
  const marks = { ok: 'ok', warning: 'WARNING', failed: 'FAILED' }
  const rows = findings.map(({ check, status, detail, latency }) => [
    marks[status],
    check,
    `${detail}${latency === undefined ? '' : `  (${latency} ms)`}`,
  ])
  const lines = table([['', '', ''], ...rows])
    .split('\n')
    .slice(1)
  return lines.flatMap((line, index) => {
    const remedy = findings[index]?.remedy
    return remedy === undefined ? [line] : [line, `         → ${remedy}`]
  })
}
