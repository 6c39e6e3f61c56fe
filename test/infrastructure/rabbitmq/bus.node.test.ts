import { afterAll, beforeAll, describe } from 'vitest'
import { InProcessBus } from '#infrastructure/node/in-process-bus.ts'
import { InProcessCommandQueue } from '#infrastructure/node/in-process-command-queue.ts'
import { RabbitMq } from '#infrastructure/node/rabbitmq/rabbitmq.ts'
import { EVENT_PROCESSING } from '#infrastructure/node/rabbitmq/topology.ts'
import { TenantWorkers } from '#infrastructure/node/tenant-workers.ts'
import type { Connection } from 'rabbitmq-client'
import type { Broker } from '../../../tools/rabbitmq/broker.ts'
import { testBroker } from '../../../tools/rabbitmq/test-broker.ts'
import { busContract } from '../../contract/bus.contract.ts'
import { commandQueueContract } from '../../contract/command-queue.contract.ts'
import { MemoryPublication } from '../../support/memory-publication.ts'
import { emptyTopology, keptLog, observer } from '../../support/rabbitmq.ts'

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
})
