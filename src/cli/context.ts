import type { Configuration } from '#infrastructure/shared/configuration.ts'
import { parseConfiguration } from '#infrastructure/shared/configuration.ts'
import { PgSqlSession } from '#infrastructure/node/pg-sql-session.ts'
import type { OutboxEntry, PostgresOutbox } from '#infrastructure/postgres/postgres-outbox.ts'

/** What a command ends with. */
export const EXIT = {
  done: 0,
  /** It has found something wrong, and said what. */
  found: 1,
  /** It was asked for something that makes no sense, or the configuration is not valid. */
  usage: 2,
  /** Something it depends on did not answer. */
  unavailable: 3,
} as const

/** An end with a reason that needs no stack. */
export class Ended extends Error {
  readonly code: (typeof EXIT)[keyof typeof EXIT]

  constructor(code: (typeof EXIT)[keyof typeof EXIT], message: string) {
    super(message)
    this.code = code
  }
}

/** What the commands work with: the environment, and where they write to. */
export interface CliContext {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What was asked for. */
  readonly out: (line: string) => void
  /** What goes on meanwhile, for people. */
  readonly note: (line: string) => void
}

export function configurationOf({ environment }: CliContext): Configuration {
  const parsed = parseConfiguration(environment)
  if (parsed.ok) return parsed.configuration
  throw new Ended(
    EXIT.usage,
    `the configuration is not valid:\n${parsed.faults.map((fault) => `  ${fault}`).join('\n')}`,
  )
}

/** Where the product's database is. The embedded one belongs to the process that has it open. */
export function databaseOf({ DATABASE_URL: url }: Configuration): string {
  if (url !== undefined) return url
  throw new Ended(EXIT.usage, 'DATABASE_URL is not set: the embedded database can be used by the server alone')
}

/** Runs work on the database the product runs on. */
export async function withDatabase<Result>(
  configuration: Configuration,
  work: (session: PgSqlSession) => Promise<Result>,
): Promise<Result> {
  const session = new PgSqlSession(databaseOf(configuration), () => undefined)
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}

/**
 * How a command ends that asks the logs of a database that holds none: nothing found in it says anything of the product. A
 * product that has ever been started has one.
 */
export const withoutLogs = (): Ended =>
  new Ended(
    EXIT.usage,
    'this database holds no log of any tenant: at the edge the logs are in the tenants’ own objects, which the command line ' +
      'does not reach; for a container, check DATABASE_URL',
  )

/**
 * A number from 0 on, as it was given with an option or an argument.
 * @throws {Ended} as wrong use, when it is none: a database would be asked for NaN
 */
export function countOf(option: string, given: string): number {
  if (/^\d{1,15}$/.test(given)) return Number(given)
  throw new Ended(EXIT.usage, `${option} must be a number from 0 on, not ${JSON.stringify(given)}`)
}

/**
 * A text that says something, without blanks around it.
 * @throws {Ended} as wrong use, when nothing is left
 */
export function textOf(option: string, given: string): string {
  const text = given.trim()
  if (text !== '') return text
  throw new Ended(EXIT.usage, `${option} must not be empty`)
}

/**
 * How far the log of a tenant has come.
 * @throws {Ended} as wrong use, when there is no such tenant
 */
export async function logOf(outbox: PostgresOutbox, tenantId: string): Promise<OutboxEntry> {
  const entry = await outbox.tenant(tenantId)
  if (entry) return entry
  if ((await outbox.totals()).tenants === 0) throw withoutLogs()
  throw new Ended(EXIT.usage, `there is no log of a tenant ${tenantId}`)
}

/** What a fault says of itself, without its stack. */
export const messageOf = (fault: unknown): string =>
  fault instanceof Error ? fault.message || fault.name : String(fault)

/** Rows as aligned columns, the first row being the heading. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_cell, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Operators may do more with an event store than the product that writes to it. */
export const asAdministrator = ({ environment, ...rest }: CliContext): CliContext => ({
  ...rest,
  environment: {
    ...environment,
    EVENTSTORE_USERNAME: environment['EVENTSTORE_ADMIN_USERNAME'] ?? environment['EVENTSTORE_USERNAME'],
    EVENTSTORE_PASSWORD: environment['EVENTSTORE_ADMIN_PASSWORD'] ?? environment['EVENTSTORE_PASSWORD'],
  },
})
