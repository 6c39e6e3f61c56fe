/**
 * The Worker as `npm start` runs it, but for its wake-ups. The projections that answers bring are lost, as if every isolate ended
 * with its answer, so that the queue has them all; and between objects and queue stands another Worker, which sends each wake-up
 * twice, the later first, and some after seconds.
 */
import { mkdirSync } from 'node:fs'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { buildWorker } from '../../tools/build.ts'
import { localConfiguration, startSurroundings } from '../../tools/edge-surroundings.ts'
import { localWorker, WAKE_UPS } from '../../tools/local-worker.ts'

const SHAKEN = 'acci-shaken'
/** As the bundle has what goes on behind an answer. */
const AFTERWARDS = '(tenantId, executed) => projectsAfterwards(tenantId, executed)'
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
const lossy = await withoutAfterwards(file)
const surroundings = await startSurroundings(configuration)
const { host, port, resourcePersistencePath, ...worker } = await localWorker(lossy, configuration, surroundings)
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

/** The bundle in a folder of its own, without that. */
async function withoutAfterwards(bundle: string): Promise<string> {
  const folder = join(configuration.ACCI_DATA_DIR, 'worker')
  await cp(dirname(bundle), folder, { recursive: true })
  const copy = join(folder, basename(bundle))
  const text = await readFile(copy, 'utf8')
  const parts = text.split(AFTERWARDS)
  if (parts.length !== 2) throw new Error(`the bundle has “${AFTERWARDS}” ${parts.length - 1} times, and not once`)
  await writeFile(copy, parts.join('() => undefined'))
  return copy
}
