import type { Configuration } from '#infrastructure/shared/configuration.ts'
import { parseConfiguration } from '#infrastructure/shared/configuration.ts'
import type { OperatorOutbox, OutboxEntry } from '#domain/ports/outbox.ts'
import { PgSqlSession } from '#infrastructure/node/pg-sql-session.ts'
import { PostgresOutbox } from '#infrastructure/postgres/postgres-outbox.ts'
import { EdgeOperations } from '#infrastructure/shared/edge-operations.ts'

/** Tenants that are named one by one in a sentence. */
const NAMED = 5

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

/** The edge deployment that is worked on; undefined where it is a container. */
export function edgeOf({ ACCI_EDGE_URL: url, ACCI_OPERATOR_TOKEN: token }: Configuration): EdgeOperations | undefined {
  return url === undefined || token === undefined ? undefined : new EdgeOperations({ url, token })
}

/** Runs work on the tenants' logs: those of the edge deployment that is named, or of the database. */
export async function withOutbox<Result>(
  configuration: Configuration,
  work: (outbox: OperatorOutbox) => Promise<Result>,
): Promise<Result> {
  const edge = edgeOf(configuration)
  return edge ? work(edge) : withDatabase(configuration, (session) => work(new PostgresOutbox(session)))
}

/**
 * How a command ends that asks logs where there are none: nothing found there says anything of the product. A product that has
 * ever been started has one.
 */
export const withoutLogs = ({ ACCI_EDGE_URL: url }: Configuration): Ended =>
  new Ended(
    EXIT.usage,
    url === undefined
      ? 'this database holds no log of any tenant: at the edge the logs are in the tenants’ own objects, and ACCI_EDGE_URL and ' +
          'ACCI_OPERATOR_TOKEN lead there; for a container, check DATABASE_URL'
      : `the edge deployment at ${url} has no log of any tenant: check ACCI_EDGE_URL`,
  )

/** Ends a command that has left tenants out because their log did not say where it stands. */
export function endUnanswered(unanswered: readonly string[]): void {
  if (unanswered.length === 0) return
  const [some, more] = [unanswered.slice(0, NAMED), unanswered.length - NAMED]
  const names = `${some.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  throw new Ended(EXIT.unavailable, `${unanswered.length} tenants did not answer: ${names}`)
}

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
export async function logOf(
  outbox: OperatorOutbox,
  tenantId: string,
  configuration: Configuration,
): Promise<OutboxEntry> {
  const entry = await outbox.tenant(tenantId)
  if (entry) return entry
  const { entries, unanswered } = await outbox.page('', 1)
  if (entries.length + unanswered.length === 0) throw withoutLogs(configuration)
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
