import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { InProcessBus } from '#infrastructure/node/in-process-bus.ts'
import { InProcessCommandQueue } from '#infrastructure/node/in-process-command-queue.ts'
import { ConfirmingPublisher } from '#infrastructure/node/rabbitmq/confirming-publisher.ts'
import { RabbitMq } from '#infrastructure/node/rabbitmq/rabbitmq.ts'
import { COMMAND_PROCESSING, DEAD_LETTER_QUEUE, EVENT_PROCESSING } from '#infrastructure/node/rabbitmq/topology.ts'
import { TenantWorkers } from '#infrastructure/node/tenant-workers.ts'
import type { Connection } from 'rabbitmq-client'
import type { Broker } from '../../../tools/rabbitmq/broker.ts'
import { testBroker } from '../../../tools/rabbitmq/test-broker.ts'
import { busContract } from '../../contract/bus.contract.ts'
import { commandQueueContract } from '../../contract/command-queue.contract.ts'
import { MemoryPublication } from '../../support/memory-publication.ts'
import { emptyTopology, keptLog, observer, waitingIn } from '../../support/rabbitmq.ts'

const openBroker = testBroker()

describe('in process', () => {
  busContract(async (project) => {
    const log = new MemoryPublication()
    const projections = new TenantWorkers(project, () => undefined)
    return {
      bus: new InProcessBus(projections),
      commit: (tenantId) => log.append(tenantId),
      lose: () => Promise.resolve(),
      stop: () => projections.stop(),
    }
  })

  commandQueueContract(async () => {
    const queue = new InProcessCommandQueue(keptLog().logger)
    return { queue, stop: () => queue.stop() }
  })
})

describe('over RabbitMQ', () => {
  let broker: Broker
  let connection: Connection

  beforeAll(async () => {
    broker = await openBroker()
    await broker.start()
    connection = observer(broker.url)
  }, 120_000)
  afterAll(async () => {
    connection.unsafeDestroy()
    await broker.remove()
  })

  async function opened(project: (tenantId: string) => Promise<number> = () => Promise.resolve(0)) {
    await emptyTopology(connection)
    const storage = new MemoryPublication()
    const projections = new TenantWorkers(project, () => undefined)
    const { logger, connected } = keptLog()
    const rabbitMq = new RabbitMq({ url: broker.url, publicUrl: 'https://acci.test', storage, projections, logger })
    rabbitMq.start()
    await connected()
    return {
      storage,
      rabbitMq,
      async stop() {
        await rabbitMq.stop()
        await projections.stop()
      },
    }
  }

  busContract(async (project) => {
    const { storage, rabbitMq, stop } = await opened(project)
    return {
      bus: rabbitMq.bus,
      commit: (tenantId) => storage.append(tenantId),
      // With the queue goes also what a consumer has and has not acknowledged; a purge would leave that.
      async lose() {
        await connection.queueDelete({ queue: EVENT_PROCESSING.name })
      },
      stop,
    }
  })

  commandQueueContract(async () => {
    const { rabbitMq, stop } = await opened()
    return { queue: rabbitMq.commands, stop }
  })

  it.each(['null', '"text"', '7', '[]', '{"tenantId":"ten_a"}', '{"tenantId":7,"operationId":"opr_a"}', '{'])(
    'makes a dead letter of a command that is none: %s, and runs the others',
    async (body) => {
      const { rabbitMq, stop } = await opened()
      onTestFinished(stop)
      const ran: string[] = []
      rabbitMq.commands.consume(async ({ operationId }) => void ran.push(operationId))
      const publisher = new ConfirmingPublisher(() => connection)
      const { exchange, routingKey } = COMMAND_PROCESSING
      await publisher.publish([
        { exchange, routingKey, id: 'foreign', type: 't', contentType: 'application/json', body },
      ])
      await rabbitMq.commands.enqueue({ tenantId: 'ten_a', operationId: 'opr_a' })
      await expect.poll(() => ran, { timeout: 10_000 }).toEqual(['opr_a'])
      await expect.poll(() => waitingIn(connection, DEAD_LETTER_QUEUE), { timeout: 10_000 }).toBe(1)
    },
  )
})
