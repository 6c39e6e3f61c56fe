import { UnavailableFault } from '#common/unavailable-fault.ts'

type SqlValue = string | number | boolean | null

export interface SqlStatement {
  readonly text: string
  /** Arrays are PostgreSQL's own, of the type the text gives them. */
  readonly params?: readonly (SqlValue | readonly SqlValue[])[]
}

/** Stands between texts that are one parameter: JSON writes it as an escape, and ids never hold it. */
const SEPARATOR = '\u001e'

/**
 * Texts as one parameter, for `splitTexts`. A driver writes an array element by element, each quoted, which for JSON takes
 * longer than most of what is done with it. An empty text would be taken as no text at all.
 */
export const joinTexts = (texts: readonly string[]): string => texts.join(SEPARATOR)

/** In a statement: the texts of a parameter that `joinTexts` has made. */
export const splitTexts = (parameter: number): string => `string_to_array($${parameter}::text, chr(30))`

/** Numbers, or none, as one parameter of an array's type. */
export const joinNumbers = (numbers: readonly (number | null)[]): string =>
  `{${numbers.map((number) => number ?? 'NULL').join(',')}}`

export type SqlRow = Readonly<Record<string, unknown>>

/** Whom a transaction acts for: one tenant behind the row-level wall, the platform (reads only), or the owner of the tables. */
export type SqlScope = { readonly tenantId: string } | 'platform' | 'owner'

/** Runs statements in ONE transaction: all of them, or none. Faults throw, with the SQLSTATE in `code`. */
export interface SqlSession {
  transaction(scope: SqlScope, statements: readonly SqlStatement[]): Promise<readonly (readonly SqlRow[])[]>
}

/** Milliseconds a read may take that somebody waits for. Whoever asked is then told to come back, or given another's word. */
export const READ_WITHIN = 1_800

/** The statement that puts a transaction behind the wall, for its own time only. */
export function scopeStatement(scope: Exclude<SqlScope, 'owner'>): SqlStatement {
  const tenantId = scope === 'platform' ? '' : scope.tenantId
  return {
    text: `select set_config('role', 'acci_app', true), set_config('acci.tenant_id', $1, true), set_config('acci.scope', $2, true)`,
    params: [tenantId, scope === 'platform' ? 'platform' : 'tenant'],
  }
}

/** In a select list: the transaction is committed without waiting for the disk. A crash may take it, whole; never a part of it. */
export const UNFLUSHED = `set_config('synchronous_commit', 'off', true)`

/** What a transaction of a scope consists of. */
export const scoped = (scope: SqlScope, statements: readonly SqlStatement[]): readonly SqlStatement[] =>
  scope === 'owner' ? statements : [scopeStatement(scope), ...statements]

/** The results of a transaction without that of the scope's own statement. */
export const unscoped = <Result>(scope: SqlScope, results: readonly Result[]): readonly Result[] =>
  scope === 'owner' ? results : results.slice(1)

/** SQLSTATE of a fault, if it has one. */
export const sqlState = (fault: unknown): string | undefined => {
  const code: unknown = typeof fault === 'object' && fault !== null && 'code' in fault ? fault.code : undefined
  return typeof code === 'string' ? code : undefined
}

/** The one row of a query that gives just one. */
export function onlyRow(rows: readonly SqlRow[] | undefined): SqlRow {
  const row = rows?.[0]
  if (!row) throw new Error('the database gave no row where there is always one')
  return row
}

/** A database's refusal, with no more than its SQLSTATE and message: drivers attach the statement and its values too. */
export class SqlFault extends Error {
  override readonly name = 'SqlFault'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** The database cannot be reached, or cannot work at the moment. Whether the transaction was committed is unknown. */
export class SqlUnavailable extends UnavailableFault {
  override readonly name = 'SqlUnavailable'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** A code of PostgreSQL's own; a driver that gets no answer has another one, or none. */
const SQLSTATE = /^[0-9A-Z]{5}$/
/** Connection lost, resources exhausted (the disk, connections), operator's intervention (a statement's timeout, a stop), input/output. */
const PASSING = /^(?:08|53|57|58)/

/** What may leave a driver: a fault without the values of the statement it concerned. */
export function sqlFault(fault: unknown): SqlFault | SqlUnavailable {
  const code = sqlState(fault) ?? 'unknown'
  const message = fault instanceof Error ? fault.message : 'the database failed'
  const passes = !SQLSTATE.test(code) || PASSING.test(code)
  return passes ? new SqlUnavailable(code, message) : new SqlFault(code, message)
}
