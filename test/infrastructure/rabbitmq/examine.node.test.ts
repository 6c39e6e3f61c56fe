import { createServer, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { parseConfiguration } from '#infrastructure/shared/configuration.ts'
import { examineBus } from '../../../src/cli/examine-bus.ts'
import { ConfirmingPublisher } from '#infrastructure/node/rabbitmq/confirming-publisher.ts'
import type { Broker } from '../../../tools/rabbitmq/broker.ts'
import { testBroker } from '../../../tools/rabbitmq/test-broker.ts'
import { emptyTopology, observer } from '../../support/rabbitmq.ts'

const openBroker = testBroker()

describe('a look at RabbitMQ', () => {
  let broker: Broker
  beforeAll(async () => {
    broker = await openBroker()
    await broker.start()
  }, 120_000)
  afterAll(() => broker.remove())

  const examine = (url: string) => {
    const parsed = parseConfiguration({ RABBITMQ_URL: url })
    if (!parsed.ok) throw new Error(parsed.faults.join())
    return examineBus(parsed.configuration, 5_000)
  }

  it('tells its version and its queues, and what to do about dead letters', async () => {
    const server = { check: 'bus', status: 'ok', detail: expect.stringMatching(/^RabbitMQ \d+\.\d+\.\d+$/) }
    expect(await examine(broker.url)).toMatchObject([
      { ...server, latency: expect.any(Number) },
      { check: 'queues', status: 'warning', detail: 'not declared yet', remedy: expect.stringContaining('start') },
    ])
    const connection = observer(broker.url)
    onTestFinished(() => connection.unsafeDestroy())
    await emptyTopology(connection)
    expect(await examine(broker.url)).toMatchObject([
      server,
      { status: 'ok', detail: '0 events and 0 commands wait; 0 dead letters' },
    ])
    const publisher = new ConfirmingPublisher(() => connection)
    const message = { routingKey: 'x', id: 'x', type: 't', contentType: 'text/plain', body: '' }
    await publisher.publish([
      { ...message, exchange: 'events' },
      { ...message, exchange: 'dead_letters' },
    ])
    await expect
      .poll(() => examine(broker.url), { timeout: 10_000 })
      .toMatchObject([
        server,
        {
          status: 'warning',
          detail: '1 events and 0 commands wait; 1 dead letters',
          remedy: expect.stringContaining('dead_letters.parked'),
        },
      ])
  })

  it('tells that it refuses the user, and no password', async () => {
    const found = await examine(broker.url.replace(/acci:[^@]*@/, 'acci:hunter22@'))
    expect(found).toMatchObject([
      { status: 'failed', detail: 'RabbitMQ: refuses the user', remedy: expect.stringContaining('password') },
    ])
    expect(JSON.stringify(found)).not.toContain('hunter22')
  })

  it.each([
    ['something else', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['another AMQP', 'AMQP\u0003\u0001\u0000\u0000'],
  ])('tells that %s answers there', async (_, greeting) => {
    const other = createServer((socket) => socket.on('error', () => undefined).end(greeting))
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void other.close())
    const { port } = other.address() as AddressInfo // it listens on TCP
    expect(await examine(`amqp://127.0.0.1:${port}`)).toMatchObject([
      { status: 'failed', detail: 'RabbitMQ: it is no RabbitMQ' },
    ])
  })
})
