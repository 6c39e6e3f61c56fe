import pg from 'pg'
import {
  scoped,
  sqlFault,
  unscoped,
  type SqlScope,
  type SqlSession,
  type SqlStatement,
} from '../postgres/sql-session.ts'

const { INT8, TIMESTAMPTZ } = pg.types.builtins

/** 64-bit integers as numbers, because positions stay below 2^53; instants as RFC 3339. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (id, format) => {
    if (id === INT8) return Number
    const standard = pg.types.getTypeParser(id, format) as (value: string) => unknown // typed `any` by the driver
    return id === TIMESTAMPTZ ? (value: string) => (standard(value) as Date).toISOString() : standard // its parser makes a Date
  },
}

/** Sessions on a PostgreSQL server. */
export class PgSqlSession implements SqlSession {
  readonly #pool: pg.Pool

  constructor(connectionString: string, onFault: (fault: Error) => void) {
    this.#pool = new pg.Pool({
      connectionString,
      max: 16,
      connectionTimeoutMillis: 2_000,
      statement_timeout: 30_000,
      types,
    })
    this.#pool.on('error', onFault)
  }

  async transaction(scope: SqlScope, statements: readonly SqlStatement[]) {
    const all = scoped(scope, statements)
    return this.#connected(async (client) => {
      const [only] = all
      if (only && all.length === 1) return [(await client.query(only.text, [...(only.params ?? [])])).rows]
      await client.query('begin')
      const results: Record<string, unknown>[][] = []
      for (const { text, params } of all) results.push((await client.query(text, [...(params ?? [])])).rows)
      await client.query('commit')
      return unscoped(scope, results)
    })
  }

  /** Runs a script of several statements, as migrations are. */
  async script(text: string): Promise<void> {
    await this.#connected((client) => client.query(text))
  }

  async close(): Promise<void> {
    await this.#pool.end()
  }

  /** Works on one connection, and gives it back without an open transaction. */
  async #connected<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    let client: pg.PoolClient | undefined
    let broken = false
    try {
      client = await this.#pool.connect()
      return await work(client)
    } catch (fault) {
      await client?.query('rollback').catch(() => (broken = true))
      throw sqlFault(fault)
    } finally {
      client?.release(broken)
    }
  }
}
