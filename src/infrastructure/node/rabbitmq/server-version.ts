import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { endpointOf } from './connect.ts'

/** AMQP 0-9-1's first words, which the server answers with what it is (specification, 4.2.2). */
const GREETING = Buffer.from([0x41, 0x4d, 0x51, 0x50, 0, 0, 9, 1])
/** The server's property `version` as its answer holds it: the name after its length, then the kind, a long string. */
const VERSION = Buffer.from('\u0007versionS', 'latin1')

/**
 * What the server of an amqp: or amqps: address says that it is: RabbitMQ's client does not tell. Nobody signs in for it.
 * @throws when nothing answers there, or something else does
 */
export function serverVersion(url: string, patience: number): Promise<string> {
  const { host, port, tls } = endpointOf(url)
  return new Promise((resolve, reject) => {
    const socket = tls ? connectTls({ host, port, ...tls }) : connectTcp({ host, port })
    let answer = Buffer.alloc(0)
    socket.setTimeout(patience, () => socket.destroy(new Error('no answer')))
    socket.once(tls ? 'secureConnect' : 'connect', () => socket.write(GREETING))
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk])
      const found = answer.indexOf(VERSION)
      const start = found + VERSION.length + 4
      if (found < 0 || answer.length < start) return
      const end = start + answer.readUInt32BE(start - 4)
      if (answer.length < end) return
      resolve(answer.toString('utf8', start, end))
      socket.destroy()
    })
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('it is no RabbitMQ')))
  })
}
