import { isIP } from 'node:net'
import { Connection } from 'rabbitmq-client'
import type { Logger } from '#domain/ports/logger.ts'

/** Milliseconds between two tries to connect: from the first, doubled up to the last, with chance in it. */
const RETRY = { first: 250, last: 5_000 }
/** Seconds between signs of life: a broker that gives none for four of them is taken to be gone. */
const HEARTBEAT = 5

/** What went wrong, in words that hold no address and no password. */
export function faultText(fault: unknown): string {
  const code = typeof fault === 'object' && fault !== null && 'code' in fault ? String(fault.code) : ''
  const message = fault instanceof Error ? fault.message : String(fault)
  return [code, message].filter((part) => part !== '').join(': ')
}

/** Where an amqp: or amqps: address leads, and how TLS is asked for by it: certificates are verified, hosts named (SNI). */
export function endpointOf(url: string) {
  const { protocol, hostname, port } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  if (protocol !== 'amqps:') return { host, port: Number(port === '' ? 5672 : port), tls: undefined }
  const tls = isIP(host) === 0 ? { servername: host } : {}
  return { host, port: Number(port === '' ? 5671 : port), tls }
}

/**
 * A connection that comes back by itself whenever it is lost. Begins to connect at once; says in the log when the broker goes
 * away and when it is back, not each time it is tried.
 * @param purpose what the broker shows it as
 */
export function connectRabbitMq(url: string, purpose: 'publish' | 'consume', logger: Logger): Connection {
  const { tls } = endpointOf(url)
  const connection = new Connection({
    url,
    ...(tls && { tls }),
    connectionName: `acci ${purpose}`,
    heartbeat: HEARTBEAT,
    retryLow: RETRY.first,
    retryHigh: RETRY.last,
    acquireTimeout: RETRY.last,
    noDelay: true,
  })
  connection.on('connection', () => logger.info('connected to RabbitMQ', { connection: purpose }))
  connection.on('error', (fault) => {
    logger.warn('RabbitMQ is away, or refuses what is asked of it', { connection: purpose, fault: faultText(fault) })
  })
  connection.on('connection.blocked', (reason) => {
    logger.warn('RabbitMQ takes no messages for now', { connection: purpose, reason })
  })
  return connection
}
