/**
 * The Worker as `npm start` runs it, but for its wake-ups: between it and their queue stands another Worker, which sends each
 * twice, the later first, and some after seconds.
 */
import { mkdirSync } from 'node:fs'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { buildWorker } from '../../tools/build.ts'
import { localConfiguration, startSurroundings } from '../../tools/edge-surroundings.ts'
import { localWorker, WAKE_UPS } from '../../tools/local-worker.ts'

const SHAKEN = 'acci-shaken'
const SHAKER = `export default {
  async queue({ messages }, env) {
    const twice = [...messages, ...messages].map(({ body }) => body).reverse()
    await env.WAKE_UPS.sendBatch(twice.map((body, at) => ({ body, delaySeconds: at % 3 })))
    console.log('shaken: ' + messages.length)
  },
}`

const configuration = localConfiguration()
mkdirSync(configuration.ACCI_DATA_DIR, { recursive: true })
const { file } = await buildWorker()
const surroundings = await startSurroundings(configuration)
const { host, port, resourcePersistencePath, ...worker } = await localWorker(file, configuration, surroundings)
const { queueProducers, compatibilityDate } = worker
const shaker = {
  name: 'shaker',
  modules: true,
  script: SHAKER,
  compatibilityDate,
  queueProducers: { WAKE_UPS: { queueName: WAKE_UPS } },
  queueConsumers: { [SHAKEN]: { maxBatchSize: 10, maxBatchTimeout: 0 } },
} as const
const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    host,
    port,
    resourcePersistencePath,
    workers: [{ ...worker, queueProducers: { ...queueProducers, WAKE_UPS: { queueName: SHAKEN } } }, shaker],
  }),
)
await miniflare.ready
