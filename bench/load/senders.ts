import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { HttpConnection, type Answer } from './http-connection.ts'
import type { Ending, Sender, TenantTarget, Work } from './order.ts'

/** About what the text of one event takes, so that the insert writes as much to the log of the database. */
const INSERTED_BYTES = 1_000

const ACKNOWLEDGED: Ending = { kind: 'acknowledged' }

async function insertSender(databaseUrl: string, connections: number): Promise<Sender> {
  const clients = Array.from({ length: connections }, () => new pg.Client({ connectionString: databaseUrl }))
  await Promise.all(clients.map((client) => client.connect()))
  const body = 'x'.repeat(INSERTED_BYTES)
  const load = randomBytes(6).toString('hex')
  let serial = 0
  return {
    positions: {},
    send(connection, done) {
      // A statement outside a transaction is one: each insert is on disk when it is answered.
      const query = {
        name: 'insert',
        text: 'insert into plain_event (stream, position, body) values ($1, $2, $3)',
        values: [`${load}/${connection}`, serial++, body],
      }
      clients[connection]?.query(query, (fault: Error | null) =>
        done(fault ? { kind: 'lost', why: fault.message } : ACKNOWLEDGED),
      )
    },
    async close() {
      await Promise.all(clients.map((client) => client.end()))
    },
  }
}

/** A request but for its idempotency key and its body, which come anew each time. */
interface Prepared {
  readonly tenantId: string
  readonly head: string
}

function prepare(method: string, path: string, { tenantId, token }: TenantTarget, host: string): Prepared {
  const head = [
    `${method} /api/v1/tenants/${tenantId}/users${path} HTTP/1.1`,
    `Host: ${host}`,
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    'Idempotency-Key: ',
  ].join('\r\n')
  return { tenantId, head }
}

type Command = Exclude<Work, { kind: 'insert' }>

function preparedOf(work: Command, host: string): readonly Prepared[] {
  return work.kind === 'update'
    ? work.users.map((user) => prepare('PATCH', `/${user.userId}`, user, host))
    : work.tenants.map((tenant) => prepare('POST', '', tenant, host))
}

function bodyOf(work: Command, key: string): string {
  return work.kind === 'update'
    ? `{"displayName":"Name ${key}"}`
    : `{"email":"${key}@example.com","role":"user","inviteDelivery":"return"}`
}

/** Last position of every tenant that the answers tell. */
class Positions {
  readonly seen: Record<string, number> = {}

  note(tenantId: string, { head }: Answer): void {
    const position = /\r\nconsistency-token: [^@]*@(\d+)/i.exec(head)?.[1]
    if (position !== undefined) this.seen[tenantId] = Math.max(this.seen[tenantId] ?? 0, Number(position))
  }
}

function commandSender(work: Command, count: number): Sender {
  const { hostname, port, host } = new URL(work.url)
  const prepared = preparedOf(work, host)
  const positions = new Positions()
  // No idempotency key of another load may come again.
  const load = randomBytes(6).toString('hex')
  let serial = 1_000_000
  const connections = Array.from({ length: count }, () => new HttpConnection(hostname, Number(port)))
  return {
    positions: positions.seen,
    send(connection, done) {
      const target = prepared[Math.floor(Math.random() * prepared.length)]
      if (!target) throw new Error('a load of commands needs someone to change')
      const key = `${load}-${serial++}`
      const body = bodyOf(work, key)
      const request = `${target.head}${key}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
      connections[connection]?.send(request, (answer) => {
        if (!(answer instanceof Error) && answer.status < 300) positions.note(target.tenantId, answer)
        done(endingOf(answer))
      })
    },
    close() {
      for (const connection of connections) connection.close()
      return Promise.resolve()
    },
  }
}

function endingOf(answer: Answer | Error): Ending {
  if (answer instanceof Error) return { kind: 'lost', why: answer.message }
  const { status, body } = answer
  if (status < 300) return ACKNOWLEDGED
  return { kind: status < 500 ? 'refused' : 'lost', why: `${status}: ${body}` }
}

/** A sender with as many connections. */
export async function senderOf(work: Work, connections: number): Promise<Sender> {
  return work.kind === 'insert' ? insertSender(work.databaseUrl, connections) : commandSender(work, connections)
}
