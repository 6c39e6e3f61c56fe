import { serve, type HttpBindings } from '@hono/node-server'
import { setTimeout as delay } from 'node:timers/promises'
import { createApp } from '#api/app.ts'
import { createEventStoreGateway, GATEWAY_PATH } from '#api/event-store-gateway/gateway.ts'
import { runOperation } from '#api/operations/run-operation.ts'
import { bootstrapPlatform } from '#api/bootstrap-platform.ts'
import { CacheRefusedFault } from '#domain/ports/cache.ts'
import { systemClock } from '#domain/ports/clock.ts'
import { clientAddress } from '#infrastructure/node/client-address.ts'
import { lineWriter } from '#infrastructure/node/line-writer.ts'
import { PostgresStreamStore } from '#infrastructure/postgres/postgres-stream-store.ts'
import { parseConfiguration } from '#infrastructure/shared/configuration.ts'
import { createJsonLogger } from '#infrastructure/shared/json-logger.ts'
import { openPipeline, openServices } from './container.ts'

/** Requests under way are given this long to end before the process does. */
const DRAIN_TIMEOUT = 10_000

const logger = createJsonLogger(lineWriter(process.stdout), systemClock)

const parsed = parseConfiguration(process.env)
if (!parsed.ok) {
  process.stderr.write(`The configuration is not valid:\n${parsed.faults.map((fault) => `  ${fault}\n`).join('')}`)
  process.exit(1)
}
const { configuration } = parsed

const pipeline = await openPipeline(configuration, logger)
await pipeline.migrate()
const services = await openServices(configuration, pipeline, logger).catch(refusedByCache)
await bootstrapPlatform(services)

const app = createApp({
  servicesOf: () => Promise.resolve(services),
  addressOf: (context) => {
    const { env, req } = context as { env: HttpBindings; req: { header(name: string): string | undefined } } // Hono on @hono/node-server
    const peer = env.incoming.socket.remoteAddress ?? ''
    return clientAddress(peer, req.header('x-forwarded-for'), configuration.TRUSTED_PROXIES)
  },
})
pipeline.commands.consume((operation) => runOperation(services, (request) => app.fetch(request), operation))
const { EVENTSTORE_GATEWAY_TOKEN: token } = configuration
const gateway =
  token === undefined
    ? undefined
    : createEventStoreGateway({
        store: pipeline.eventStore ?? new PostgresStreamStore(pipeline.session),
        token,
        cryptography: services.cryptography,
        logger,
        wait: (milliseconds) => delay(milliseconds),
      })
const server = serve(
  { fetch: gateway ? besides(gateway, app) : app.fetch, hostname: configuration.HOST, port: configuration.PORT },
  ({ address, port }) => {
    logger.info('ready', { address: `http://${address}:${port}`, runsOn: services.runsOn })
  },
)
pipeline.start()

/** The gateway has middleware, limits and answers of its own: it stands beside the API, not in it. */
function besides(aside: { readonly fetch: typeof app.fetch }, api: typeof app): typeof app.fetch {
  return (request, ...rest) =>
    (new URL(request.url).pathname.startsWith(`${GATEWAY_PATH}/`) ? aside : api).fetch(request, ...rest)
}

/** A password that is wrong is a fault of the configuration, and is told like one. */
function refusedByCache(fault: unknown): never {
  if (!(fault instanceof CacheRefusedFault)) throw fault
  process.stderr.write(`The configuration is not valid:\n  REDIS_URL: ${fault.message}\n`)
  process.exit(1)
}

let stopping = false
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (stopping) process.exit(1)
    stopping = true
    void stop()
  })
}

/** Takes no more requests, lets those under way end, then lets go of the database. */
async function stop(): Promise<void> {
  logger.info('stopping')
  setTimeout(() => process.exit(1), DRAIN_TIMEOUT).unref()
  await new Promise((resolve) => server.close(resolve))
  await pipeline.stop()
  process.exit(0)
}
