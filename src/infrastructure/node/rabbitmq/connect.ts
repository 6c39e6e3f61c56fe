import { Connection } from 'rabbitmq-client'
import type { Logger } from '#domain/ports/logger.ts'

/** Milliseconds between two tries to connect: from the first, doubled up to the last, with chance in it. */
const RETRY = { first: 250, last: 10_000 }
/** Seconds between signs of life: a broker that gives none for four of them is taken to be gone. */
const HEARTBEAT = 5

/** What went wrong, in words that hold no address and no password. */
export function faultText(fault: unknown): string {
  const code = typeof fault === 'object' && fault !== null && 'code' in fault ? String(fault.code) : ''
  const message = fault instanceof Error ? fault.message : String(fault)
  return [code, message].filter((part) => part !== '').join(': ')
}

/**
 * A connection that comes back by itself whenever it is lost. Begins to connect at once; says in the log when the broker goes
 * away and when it is back, not each time it is tried.
 * @param purpose what the broker shows it as
 */
export function connectRabbitMq(url: string, purpose: 'publish' | 'consume', logger: Logger): Connection {
  const connection = new Connection({
    url,
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
