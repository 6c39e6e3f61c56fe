import { neon, neonConfig, types, type NeonQueryFunction } from '@neondatabase/serverless'
import {
  scoped,
  sqlFault,
  unscoped,
  type SqlRow,
  type SqlScope,
  type SqlSession,
  type SqlStatement,
} from '../postgres/sql-session.ts'

const INT8 = 20
const TIMESTAMPTZ = 1184

/** 64-bit integers as numbers, because positions stay below 2^53; instants as RFC 3339. */
const parsers = {
  getTypeParser(id: number, format?: 'text' | 'binary') {
    if (id === INT8) return Number
    const standard = types.getTypeParser(id, format) as (text: string) => unknown // typed `any` by the driver
    return id === TIMESTAMPTZ ? (text: string) => (standard(text) as Date).toISOString() : standard // its parser makes a Date
  },
}

export interface NeonOptions {
  /** Where SQL over HTTP is served, for a server that is not Neon's own; default: what Neon's driver makes of the host. */
  readonly fetchEndpoint?: string
  /** Milliseconds after which a transaction without an answer fails. */
  readonly timeoutMs?: number
}

const DEFAULT_TIMEOUT = 10_000

/** The driver has one endpoint function for all connections: ours looks up the one that was given for host and port. */
const endpoints = new Map<string, string>()
const standardEndpoint = neonConfig.fetchEndpoint

function routeTo(connectionString: string, endpoint: string): void {
  const { hostname, port } = new URL(connectionString)
  endpoints.set(`${hostname}:${port || '5432'}`, endpoint)
  neonConfig.fetchEndpoint = (host, at, options) =>
    endpoints.get(`${host}:${at || '5432'}`) ??
    (typeof standardEndpoint === 'string' ? standardEndpoint : standardEndpoint(host, at, options))
}

/** Sessions on Neon over HTTP: no connection is held between transactions, and each takes one round trip. */
export class NeonSqlSession implements SqlSession {
  readonly #sql: NeonQueryFunction<false, false>
  readonly #timeoutMs: number

  constructor(connectionString: string, options: NeonOptions = {}) {
    if (options.fetchEndpoint !== undefined) routeTo(connectionString, options.fetchEndpoint)
    this.#sql = neon(connectionString)
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT
  }

  async transaction(scope: SqlScope, statements: readonly SqlStatement[]): Promise<readonly (readonly SqlRow[])[]> {
    const all = scoped(scope, statements)
    // Neon refuses a batch of nothing.
    if (all.length === 0) return []
    const fetchOptions = { signal: AbortSignal.timeout(this.#timeoutMs) }
    // The driver reads `types` from each query alone: given to `neon()` or the transaction they change nothing.
    const queries = all.map(({ text, params }) => this.#sql.query(text, [...(params ?? [])], { types: parsers }))
    try {
      return unscoped(scope, await this.#sql.transaction(queries, { fetchOptions }))
    } catch (fault) {
      throw sqlFault(fault)
    }
  }
}
