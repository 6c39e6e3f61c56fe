import { Agent, request } from 'node:http'
import type { Send } from '../e2e/client.ts'

/** Sends over at most so many sockets, each kept and used again: what is more waits its turn. */
export function pooledFetch(maxSockets: number): { readonly send: Send; close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets })
  const send: Send = (url, { method, headers, body }) =>
    new Promise((resolve, reject) => {
      const asked = request(url, { agent, method, headers }, (answer) => {
        const parts: Buffer[] = []
        answer.on('data', (part: Buffer) => parts.push(part))
        answer.once('error', reject)
        answer.once('end', () => {
          const status = answer.statusCode ?? 0
          const named = Object.entries(answer.headersDistinct).flatMap(([name, values]) =>
            (values ?? []).map((value): [string, string] => [name, value]),
          )
          resolve(new Response(status === 204 ? null : Buffer.concat(parts), { status, headers: named }))
        })
      })
      asked.once('error', reject)
      asked.end(body)
    })
  return { send, close: () => agent.destroy() }
}
