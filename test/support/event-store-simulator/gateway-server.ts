import { setTimeout as delay } from 'node:timers/promises'
import { serve } from '@hono/node-server'
import { createEventStoreGateway, GATEWAY_PATH } from '#api/event-store-gateway/gateway.ts'
import { GrpcEventStore } from '#infrastructure/node/grpc-event-store.ts'
import { PgliteSqlSession } from '#infrastructure/node/pglite-sql-session.ts'
import { PostgresStreamStore } from '#infrastructure/postgres/postgres-stream-store.ts'
import type { StreamStore } from '#domain/ports/event-store.ts'
import { nodeCryptography } from '#infrastructure/shared/node-cryptography.ts'
import { migrateAll } from '../migration-files.ts'
import type { SimulatedServer } from './atompub-server.ts'
import type { Faults } from './faults.ts'
import { startGrpc } from './grpc-server.ts'
import type { SimulatedStore } from './simulated-store.ts'

/** What the edge shows the gateway of the tests. */
export const GATEWAY_TOKEN = 'the-token-of-the-gateway-in-tests'

/** The product's gateway before a simulated EventStoreDB that is asked over gRPC alone. */
export async function startGateway(store: SimulatedStore, faults?: Faults): Promise<SimulatedServer> {
  const behind = await startGrpc(store, faults)
  const client = new GrpcEventStore({ connectionString: behind.url, timeout: 5_000 })
  return serveGateway(client, async () => {
    await client.close()
    await behind.close()
  })
}

/** The product's gateway before its embedded store, in a database in memory. */
export async function startEmbeddedGateway(): Promise<SimulatedServer> {
  const session = await PgliteSqlSession.open(undefined)
  await migrateAll(session)
  return serveGateway(new PostgresStreamStore(session), () => session.close())
}

async function serveGateway(store: StreamStore, closeStore: () => Promise<void>): Promise<SimulatedServer> {
  const gateway = createEventStoreGateway({
    store,
    token: GATEWAY_TOKEN,
    cryptography: nodeCryptography,
    logger: { warn: () => undefined },
    wait: (milliseconds) => delay(milliseconds),
  })
  const { server, port } = await new Promise<{ server: ReturnType<typeof serve>; port: number }>((resolve) => {
    const started = serve({ fetch: gateway.fetch, hostname: '127.0.0.1', port: 0 }, (info) =>
      resolve({ server: started, port: info.port }),
    )
  })
  return {
    url: `http://127.0.0.1:${port}${GATEWAY_PATH}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      if ('closeAllConnections' in server) server.closeAllConnections()
      await closed
      await closeStore()
    },
  }
}
