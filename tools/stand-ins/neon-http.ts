import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { PGlite } from '@electric-sql/pglite'
import type { CustomTypesConfig, Pool } from 'pg'

/** One statement as Neon's driver sends it: every parameter is text or null. */
interface Query {
  readonly query: string
  readonly params?: readonly (string | null)[]
}

/** One result as Neon's driver takes it: rows are arrays of what PostgreSQL wrote, as text. */
interface Result {
  readonly command: string
  readonly rowCount: number
  readonly rows: readonly (readonly unknown[])[]
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[]
  readonly rowAsArray: true
}

/** The real engine behind the stand-in. `begin` is the statement that opens the transaction. */
export interface NeonEngine {
  run(queries: readonly Query[], begin: string): Promise<readonly Result[]>
}

const asIs = (value: unknown): unknown => value

/** PGlite behind the stand-in. It has one connection: transactions wait for one another. */
export function pgliteEngine(database: PGlite): NeonEngine {
  return {
    run: (queries, begin) =>
      database.transaction(async (transaction) => {
        // PGlite has said BEGIN already; isolation and access mode may still be set before the first query.
        const mode = begin.slice('BEGIN'.length)
        if (mode !== '') await transaction.query(`SET TRANSACTION${mode}`)
        const parsers = Object.fromEntries(Object.keys(database.parsers).map((id) => [id, asIs]))
        const serializers = Object.fromEntries(Object.keys(database.serializers).map((id) => [id, String]))
        const results: Result[] = []
        for (const { query, params } of queries) {
          const options = { rowMode: 'array', parsers, serializers } as const
          const { rows, fields, affectedRows } = await transaction.query<unknown[]>(query, [...(params ?? [])], options)
          results.push({
            command: commandOf(query),
            rowCount: affectedRows ?? rows.length,
            rows,
            fields,
            rowAsArray: true,
          })
        }
        return results
      }),
  }
}

/** A PostgreSQL server behind the stand-in. */
export function poolEngine(pool: Pool): NeonEngine {
  const types = { getTypeParser: () => asIs } as CustomTypesConfig // one parser for every type, which its overloads leave out
  return {
    async run(queries, begin) {
      const client = await pool.connect()
      let broken = false
      try {
        await client.query(begin)
        const results: Result[] = []
        for (const { query, params } of queries) {
          const config = { text: query, values: [...(params ?? [])], rowMode: 'array', types } as const
          const { command, rowCount, rows, fields } = await client.query<unknown[]>(config)
          results.push({ command, rowCount: rowCount ?? rows.length, rows, fields, rowAsArray: true })
        }
        await client.query('COMMIT')
        return results
      } catch (fault) {
        await client.query('ROLLBACK').catch(() => (broken = true))
        throw fault
      } finally {
        client.release(broken)
      }
    },
  }
}

const commandOf = (query: string): string => /\w+/.exec(query)?.[0].toUpperCase() ?? ''

const ISOLATION = new Map([
  ['ReadUncommitted', 'READ UNCOMMITTED'],
  ['ReadCommitted', 'READ COMMITTED'],
  ['RepeatableRead', 'REPEATABLE READ'],
  ['Serializable', 'SERIALIZABLE'],
])

/** The BEGIN that the headers of a batch ask for. */
function beginOf({ headers }: IncomingMessage): string {
  const isolation = ISOLATION.get(String(headers['neon-batch-isolation-level']))
  const readOnly = headers['neon-batch-read-only'] === 'true' ? ' READ ONLY' : ''
  const deferrable = headers['neon-batch-deferrable'] === 'true' ? ' DEFERRABLE' : ''
  return `BEGIN${isolation === undefined ? '' : ` ISOLATION LEVEL ${isolation}`}${readOnly}${deferrable}`
}

/** Who asks for which database: the driver completes the connection string by port and options of its own. */
function credentialsOf(connectionString: string | readonly string[] | undefined): string {
  if (typeof connectionString !== 'string' || !URL.canParse(connectionString)) return ''
  const { username, password, hostname, pathname } = new URL(connectionString)
  return JSON.stringify([username, password, hostname, pathname])
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer) // a request without an encoding gives buffers
  return Buffer.concat(parts).toString()
}

const ERROR_FIELDS = [
  'severity',
  'code',
  'detail',
  'hint',
  'position',
  'where',
  'schema',
  'table',
  'column',
  'constraint',
  'routine',
]

/** A fault as Neon reports it: the fields of PostgreSQL's own message. */
function faultOf(fault: unknown): { readonly status: number; readonly body: Readonly<Record<string, unknown>> } {
  const known: Readonly<Record<string, unknown>> =
    fault instanceof Error ? Object.fromEntries(Object.entries(fault)) : {}
  const fields = Object.fromEntries(
    ERROR_FIELDS.filter((name) => known[name] !== undefined).map((name) => [name, known[name]]),
  )
  const message = fault instanceof Error ? fault.message : String(fault)
  return { status: known['code'] === undefined ? 500 : 400, body: { message, ...fields } }
}

export interface NeonStandIn {
  /** The URL to give as `fetchEndpoint`. */
  readonly endpoint: string
  stop(): Promise<void>
}

export interface NeonStandInOptions {
  readonly engine: NeonEngine
  /** What callers must present as their connection string: whoever does not know it is refused. */
  readonly connectionString: string
  /** Default: any free one. */
  readonly port?: number
}

/**
 * A stand-in for Neon's SQL-over-HTTP service, for development and tests only: it speaks Neon's `/sql` protocol in front of
 * a real PostgreSQL engine and listens on loopback alone. It has no TLS, no pooling across regions and no limits of Neon's.
 */
export async function startNeonStandIn({
  engine,
  connectionString,
  port = 0,
}: NeonStandInOptions): Promise<NeonStandIn> {
  const expected = credentialsOf(connectionString)
  const server = createServer((request, response) => {
    const send = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
    }
    const answer = async () => {
      if (request.method !== 'POST' || request.url !== '/sql') return send(404, { message: 'not found' })
      if (credentialsOf(request.headers['neon-connection-string']) !== expected)
        return send(401, { message: 'not authorized' })
      const body = JSON.parse(await bodyOf(request)) as Query | { readonly queries: readonly Query[] } // Neon's driver wrote it
      if ('queries' in body) return send(200, { results: await engine.run(body.queries, beginOf(request)) })
      const [result] = await engine.run([body], 'BEGIN')
      return send(200, result)
    }
    answer().catch((fault: unknown) => {
      const { status, body } = faultOf(fault)
      send(status, body)
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as AddressInfo // a listening TCP server has one
  return {
    endpoint: `http://127.0.0.1:${address.port}/sql`,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
