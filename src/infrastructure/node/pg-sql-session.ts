import type { Writable } from 'node:stream'
import pg from 'pg'
import {
  scoped,
  sqlFault,
  sqlState,
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

/** Statements that connections keep prepared; the product has far fewer texts, but for lists' many filters. */
const MAX_PREPARED = 200
const BEGIN = { text: 'begin' }
const COMMIT = { text: 'commit' }

/** A prepared statement whose result has another shape since a migration: the connection must go, and with it its statements. */
const CHANGED_SHAPE = '0A000'

/** What a connection writes to. Not in the driver's types; without it each statement goes out by itself. */
const streamOf = (client: pg.PoolClient) =>
  (client as { readonly connection?: { readonly stream?: Pick<Writable, 'cork' | 'uncork'> } }).connection?.stream // see above

/** Without a bound, a connection that was lost without a word would keep its callers for as long as TCP hopes. */
const ANSWER_WITHIN = 10_000
/** A migration may take its time. */
const SCRIPT_WITHIN = 3_600_000

/** Sessions on a PostgreSQL server. A transaction takes one round trip. */
export class PgSqlSession implements SqlSession {
  readonly #pool: pg.Pool
  /** Names of prepared statements by their text: parsing and planning cost more than running most of them. */
  readonly #prepared = new Map<string, string>()

  /** @param answerWithin milliseconds after which a server that has not answered a statement counts as gone */
  constructor(connectionString: string, onFault: (fault: Error) => void, answerWithin = ANSWER_WITHIN) {
    this.#pool = new pg.Pool({
      connectionString,
      max: 16,
      connectionTimeoutMillis: 2_000,
      statement_timeout: 30_000,
      query_timeout: answerWithin,
      pipeline: true,
      types,
    })
    // A connection that is lost tells so wherever it is; while somebody works with it, the pool does not listen, and a fault
    // that nobody listens to ends the process.
    this.#pool.on('connect', (client) => {
      client.on('error', onFault)
      // Statements are few and the same, and look up by keys: a plan for them all is as good as one made anew each time, which
      // is what PostgreSQL would prefer for arrays of unknown length.
      client.query('set plan_cache_mode = force_generic_plan').catch(() => undefined)
    })
    this.#pool.on('error', () => undefined)
  }

  async transaction(scope: SqlScope, statements: readonly SqlStatement[]) {
    const all = scoped(scope, statements)
    return this.#connected(async (client) => {
      const [only] = all
      if (only && all.length === 1) return [await this.#run(client, only)]
      const framed = [BEGIN, ...all, COMMIT]
      // All are on their way before the first is answered, in one packet. Once one fails, PostgreSQL refuses the rest and
      // commits nothing.
      const stream = streamOf(client)
      stream?.cork()
      const sent = framed.map((statement) => this.#run(client, statement))
      stream?.uncork()
      const settled = await Promise.allSettled(sent)
      const failed = settled.find((result) => result.status === 'rejected')
      if (failed) throw failed.reason
      const results = settled.map((result) => (result.status === 'fulfilled' ? result.value : []))
      return unscoped(scope, results.slice(1, -1))
    })
  }

  async #run(client: pg.PoolClient, { text, params }: SqlStatement): Promise<Record<string, unknown>[]> {
    const name = this.#nameOf(text)
    const config = { text, values: [...(params ?? [])], ...(name !== undefined && { name }) }
    return (await client.query<Record<string, unknown>>(config)).rows
  }

  #nameOf(text: string): string | undefined {
    const known = this.#prepared.get(text)
    if (known !== undefined || this.#prepared.size >= MAX_PREPARED) return known
    const name = `acci_${this.#prepared.size}`
    this.#prepared.set(text, name)
    return name
  }

  /** Runs a script of several statements, as migrations are. */
  async script(text: string): Promise<void> {
    // Known to the driver, but not to its types.
    const query = { text, query_timeout: SCRIPT_WITHIN }
    await this.#connected((client) => client.query(query))
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
      broken ||= sqlState(fault) === CHANGED_SHAPE
      throw sqlFault(fault)
    } finally {
      client?.release(broken)
    }
  }
}
