// The load generator: a closed loop of a given number of connections, started by load.ts in a process of its own.
import { randomBytes } from 'node:crypto'
import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { LoadMessage, LoadOrder, Measured, TenantTarget, Work } from './load.ts'

/** About what the text of one event takes, so that the insert writes as much to the log of the database. */
const INSERTED_BYTES = 1_000

/** One operation, the `turn`th of its connection. */
interface Operation {
  run(connection: number, turn: number): Promise<void>
  readonly positions: Readonly<Record<string, number>>
  close(): Promise<void>
}

async function insertOperation(databaseUrl: string, connections: number): Promise<Operation> {
  const clients = Array.from({ length: connections }, () => new pg.Client({ connectionString: databaseUrl }))
  await Promise.all(clients.map((client) => client.connect()))
  const body = 'x'.repeat(INSERTED_BYTES)
  return {
    positions: {},
    async run(connection, turn) {
      // A statement outside a transaction is one: each insert is on disk when it is answered.
      await clients[connection]?.query({
        name: 'insert',
        text: 'insert into plain_event (stream, position, body) values ($1, $2, $3)',
        values: [`${process.pid}/${connection}`, turn, body],
      })
    },
    async close() {
      await Promise.all(clients.map((client) => client.end()))
    },
  }
}

interface Answer {
  readonly status: number
  readonly consistency: string
  readonly body: string
}

function commandOperation(work: Extract<Work, { kind: 'command' }>, connections: number): Operation {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const { hostname, port } = new URL(work.url)
  const positions: Record<string, number> = {}
  // Neither an address nor an idempotency key of another load may come again.
  const load = randomBytes(6).toString('hex')

  const send = (method: string, path: string, token: string, key: string, body: string): Promise<Answer> => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const headers = {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
      'Idempotency-Key': key,
    }
    const sent = request({ agent, hostname, port, method, path, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('error', reject)
      response.on('end', () => {
        const consistency = String(response.headers['consistency-token'] ?? '')
        resolve({ status: response.statusCode ?? 0, consistency, body: text })
      })
    })
    sent.on('error', reject)
    sent.end(body)
    return promise
  }

  const command = (tenant: TenantTarget, connection: number, turn: number): Promise<Answer> => {
    const users = `/api/v1/tenants/${tenant.tenantId}/users`
    const key = `${load}-${connection}-${turn}`
    if (work.command === 'register') {
      const body = { email: `${key}@example.com`, role: 'user', inviteDelivery: 'return' }
      return send('POST', users, tenant.token, key, JSON.stringify(body))
    }
    const body = JSON.stringify({ displayName: `Name ${key}` })
    return send('PATCH', `${users}/${tenant.userIds[connection]}`, tenant.token, key, body)
  }

  return {
    positions,
    async run(connection, turn) {
      // Every connection goes round all tenants, each from a place of its own.
      const tenant = work.tenants[(connection + turn) % work.tenants.length]
      if (!tenant) throw new Error('a load of commands needs a tenant')
      const { status, consistency, body } = await command(tenant, connection, turn)
      if (status >= 300) throw new Error(`${work.command} was answered with ${status}: ${body}`)
      const position = Number(consistency.slice(consistency.lastIndexOf('@') + 1))
      positions[tenant.tenantId] = Math.max(positions[tenant.tenantId] ?? 0, position)
    },
    close() {
      agent.destroy()
      return Promise.resolve()
    },
  }
}

const tell = (message: LoadMessage): void => void process.send?.(message)

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

async function drive({ connections, warmUpMs, measureMs }: LoadOrder, operation: Operation): Promise<Measured> {
  const latencies: number[] = []
  const from = performance.now() + warmUpMs
  const until = from + measureMs
  const clock = async (): Promise<NodeJS.CpuUsage> => {
    await delay(warmUpMs)
    tell({ type: 'measuring' })
    const before = process.cpuUsage()
    await delay(measureMs)
    tell({ type: 'measured' })
    return process.cpuUsage(before)
  }
  const loop = async (connection: number): Promise<void> => {
    for (let turn = 0; ; turn++) {
      const begun = performance.now()
      if (begun >= until) return
      await operation.run(connection, turn)
      const done = performance.now()
      if (done >= from && done < until) latencies.push(done - begun)
    }
  }
  const loops = Array.from({ length: connections }, (_, connection) => loop(connection))
  const [cpu] = await Promise.all([clock(), ...loops])
  const count = latencies.length
  if (count === 0) throw new Error('no operation ended within the measured time')
  latencies.sort((a, b) => a - b)
  return {
    count,
    perSecond: (count * 1_000) / measureMs,
    p50: percentile(latencies, 0.5),
    p95: percentile(latencies, 0.95),
    p99: percentile(latencies, 0.99),
    generatorMicros: (cpu.user + cpu.system) / count,
    positions: operation.positions,
  }
}

async function run(order: LoadOrder): Promise<void> {
  const { work, connections } = order
  const operation =
    work.kind === 'insert' ? await insertOperation(work.databaseUrl, connections) : commandOperation(work, connections)
  try {
    tell({ type: 'result', result: await drive(order, operation) })
  } finally {
    await operation.close()
  }
}

process.once('message', (received) => {
  run(received as LoadOrder).catch((fault: unknown) =>
    // load.ts sends nothing else
    tell({ type: 'fault', message: fault instanceof Error ? fault.message : String(fault) }),
  )
})
