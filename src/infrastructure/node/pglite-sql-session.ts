import { PGlite, types } from '@electric-sql/pglite'
import {
  scoped,
  sqlFault,
  unscoped,
  type SqlRow,
  type SqlScope,
  type SqlSession,
  type SqlStatement,
} from '../postgres/sql-session.ts'

/** Instants as RFC 3339. */
const parsers = { [types.TIMESTAMPTZ]: (value: string) => new Date(value).toISOString() }

/** Sessions on an embedded PostgreSQL (PGlite): one connection, kept in a folder or in memory. */
export class PgliteSqlSession implements SqlSession {
  readonly #database: PGlite

  private constructor(database: PGlite) {
    this.#database = database
  }

  /** @param folder where the data is kept; undefined keeps it in memory. */
  static async open(folder: string | undefined): Promise<PgliteSqlSession> {
    return new PgliteSqlSession(await PGlite.create(folder === undefined ? {} : { dataDir: folder }))
  }

  /** A session over a database that somebody else opened, and closes. */
  static over(database: PGlite): PgliteSqlSession {
    return new PgliteSqlSession(database)
  }

  async transaction(scope: SqlScope, statements: readonly SqlStatement[]) {
    const all = scoped(scope, statements)
    try {
      return await this.#database.transaction(async (transaction) => {
        const results: SqlRow[][] = []
        for (const { text, params } of all) {
          results.push((await transaction.query<SqlRow>(text, [...(params ?? [])], { parsers })).rows)
        }
        return unscoped(scope, results)
      })
    } catch (fault) {
      throw sqlFault(fault)
    }
  }

  async script(text: string): Promise<void> {
    await this.#database.exec(text)
  }

  async close(): Promise<void> {
    await this.#database.close()
  }
}
