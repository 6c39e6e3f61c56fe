import pg from 'pg'
import { scoped, unscoped, type SqlScope, type SqlSession, type SqlStatement } from '../postgres/sql-session.ts'

const INT8 = 20

/** 64-bit integers as numbers: positions stay below 2^53. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (id, format) =>
    id === INT8 ? Number : (pg.types.getTypeParser(id, format) as (value: string) => unknown),
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
    const [only] = all
    if (only && all.length === 1) return [(await this.#pool.query(only.text, [...(only.params ?? [])])).rows]
    const client = await this.#pool.connect()
    let broken = false
    try {
      await client.query('begin')
      const results: Record<string, unknown>[][] = []
      for (const { text, params } of all) results.push((await client.query(text, [...(params ?? [])])).rows)
      await client.query('commit')
      return unscoped(scope, results)
    } catch (fault) {
      await client.query('rollback').catch(() => (broken = true))
      throw fault
    } finally {
      client.release(broken)
    }
  }

  /** Runs a script of several statements, as migrations are. */
  async script(text: string): Promise<void> {
    await this.#pool.query(text)
  }

  async close(): Promise<void> {
    await this.#pool.end()
  }
}
