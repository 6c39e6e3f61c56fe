import { Connection } from 'rabbitmq-client'
import { expect, it, onTestFinished } from 'vitest'
import { testBroker } from '../../../tools/rabbitmq/test-broker.ts'

const openBroker = testBroker()

/** Does something on a connection of its own. */
async function connected<Result>(url: string, work: (connection: Connection) => Promise<Result>): Promise<Result> {
  const connection = new Connection({ url })
  connection.on('error', () => undefined)
  try {
    return await work(connection)
  } finally {
    await connection.close()
  }
}

it('keeps what was confirmed through a kill, and its address', async () => {
  const broker = await openBroker()
  onTestFinished(() => broker.remove())
  await broker.start()
  await connected(broker.url, async (connection) => {
    await connection.queueDeclare({ queue: 'kept', durable: true })
    const publisher = connection.createPublisher({ confirm: true })
    await publisher.send({ routingKey: 'kept', durable: true }, 'a message')
    await publisher.close()
  })
  await broker.flush()
  await broker.kill()
  await broker.start()
  const message = await connected(broker.url, (connection) => connection.basicGet({ queue: 'kept' }))
  expect(message?.body).toBe('a message')
}, 60_000)
