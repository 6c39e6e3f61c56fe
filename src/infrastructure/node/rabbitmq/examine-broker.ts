import { AMQPError, Connection } from 'rabbitmq-client'
import { endpointOf } from './connect.ts'
import { serverVersion } from './server-version.ts'
import { COMMAND_PROCESSING, DEAD_LETTER_QUEUE, EVENT_PROCESSING } from './topology.ts'

/** A broker as an operator wants to know it. */
export interface BrokerState {
  readonly version: string
  /** Round trip in milliseconds. */
  readonly latency: number
  /** Messages that wait in each queue and nobody has yet; undefined where there is no such queue yet. */
  readonly events: number | undefined
  readonly commands: number | undefined
  readonly deadLetters: number | undefined
}

/**
 * Looks at a broker and changes nothing.
 * @param patience milliseconds until it is given up
 * @throws when nothing answers there, it does not let us in, or it is something else
 */
export async function examineBroker(url: string, patience: number): Promise<BrokerState> {
  const version = await serverVersion(url, patience)
  const { tls } = endpointOf(url)
  const connection = new Connection({
    url,
    ...(tls && { tls }),
    connectionName: 'acci doctor',
    connectionTimeout: patience,
    acquireTimeout: patience,
  })
  try {
    await connected(connection)
    const began = performance.now()
    const events = await waiting(connection, EVENT_PROCESSING.name)
    const latency = Math.round(performance.now() - began)
    return {
      version,
      latency,
      events,
      commands: await waiting(connection, COMMAND_PROCESSING.name),
      deadLetters: await waiting(connection, DEAD_LETTER_QUEUE),
    }
  } finally {
    connection.unsafeDestroy()
  }
}

const connected = (connection: Connection): Promise<void> =>
  new Promise((resolve, reject) => {
    connection.once('connection', resolve)
    // It would go on trying, and tell of faults of its own later on.
    connection.on('error', reject)
  })

async function waiting(connection: Connection, queue: string): Promise<number | undefined> {
  const channel = await connection.acquire({ emitErrorsFromChannel: true })
  channel.on('error', () => undefined)
  try {
    return (await channel.queueDeclare({ queue, passive: true })).messageCount
  } catch (fault) {
    if (fault instanceof AMQPError && fault.code === 'NOT_FOUND') return undefined
    throw fault
  } finally {
    await channel.close()
  }
}
