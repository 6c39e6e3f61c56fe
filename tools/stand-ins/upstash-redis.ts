import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient, ErrorReply, RESP_TYPES } from 'redis'

/** An answer of the protocol: what Redis said, or its fault. */
type Reply = { readonly result: unknown } | { readonly error: string }

export interface UpstashStandIn {
  readonly url: string
  readonly token: string
  stop(): Promise<void>
}

export interface UpstashStandInOptions {
  /** The Redis behind it, with its password. */
  readonly redisUrl: string
  /** What callers must present: whoever does not know it is refused. */
  readonly token: string
}

/** Texts in base64, where the caller wants them so, but for `OK`; numbers and nothing as they are. */
function encoded(value: unknown, base64: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => encoded(item, base64))
  if (!Buffer.isBuffer(value)) return value
  return base64 ? value.toString('base64') : value.toString()
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer) // a request without an encoding gives buffers
  return JSON.parse(Buffer.concat(parts).toString())
}

/**
 * A stand-in for Upstash's REST service, for development and tests only: it speaks its protocol, one command or a pipeline of
 * them, in front of a real Redis and listens on loopback alone. It has no TLS, and no regions, limits or transactions.
 */
export async function startUpstashStandIn({ redisUrl, token }: UpstashStandInOptions): Promise<UpstashStandIn> {
  const client = createClient({ url: redisUrl, disableOfflineQueue: true, socket: { reconnectStrategy: 50 } })
  // While Redis is away, each command tells so.
  client.on('error', () => undefined)
  await client.connect()
  const redis = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer })

  const run = async (command: readonly unknown[], base64: boolean): Promise<Reply> => {
    try {
      return { result: encoded(await redis.sendCommand(command.map(String)), base64) }
    } catch (fault) {
      if (fault instanceof ErrorReply) return { error: fault.message }
      throw fault
    }
  }

  const server = createServer((request, response) => {
    const send = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
    }
    const answer = async () => {
      if (request.headers.authorization !== `Bearer ${token}`)
        return send(401, { error: 'WRONGPASS invalid or missing auth token' })
      const base64 = request.headers['upstash-encoding'] === 'base64'
      const body = await bodyOf(request)
      if (request.url === '/pipeline') {
        const commands = body as readonly (readonly unknown[])[] // the client wrote it
        return send(200, await Promise.all(commands.map((command) => run(command, base64))))
      }
      if (request.url !== '/') return send(404, { error: 'ERR not found' })
      const reply = await run(body as readonly unknown[], base64) // the client wrote it
      return send('error' in reply ? 400 : 200, reply)
    }
    answer().catch((fault: unknown) => send(503, { error: `ERR ${String(fault)}` }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a listening TCP server has one
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      client.destroy()
    },
  }
}
