/**
 * The Worker as `npm start` runs it, for the bench: the port leads straight to it and not through miniflare's router, which is no
 * part of the product and of no deployment. With `--profile <folder>`, a CPU profile of the Worker's isolate, which is that of its
 * objects too, is written there when it stops.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { buildWorker } from '../../tools/build.ts'
import { localConfiguration, startSurroundings } from '../../tools/edge-surroundings.ts'
import { freePort } from '../../tools/free-port.ts'
import { localWorker } from '../../tools/local-worker.ts'
import { profileOf } from './edge-profile.ts'

const { profile } = parseArgs({ options: { profile: { type: 'string' } } }).values
const configuration = localConfiguration()
const { HOST: host, PORT: port, ACCI_DATA_DIR: dataDir } = configuration
mkdirSync(dataDir, { recursive: true })
const { file } = await buildWorker()
const surroundings = await startSurroundings(configuration)
const inspectorPort = profile === undefined ? undefined : await freePort()
const worker = await localWorker(file, { ...configuration, PORT: await freePort() }, surroundings)
const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    ...worker,
    unsafeDirectSockets: [{ host, port }],
    ...(inspectorPort !== undefined && { inspectorPort }),
  }),
)
await miniflare.ready
const profiled = inspectorPort === undefined ? undefined : await profileOf(inspectorPort, worker.name)

// Miniflare's own handler ends the process at once.
process.removeAllListeners('SIGTERM')
process.once('SIGTERM', () => void stop())

async function stop(): Promise<void> {
  if (profile !== undefined && profiled) {
    mkdirSync(profile, { recursive: true })
    writeFileSync(join(profile, 'edge.cpuprofile'), await profiled.end())
  }
  await miniflare.dispose()
  await surroundings.stop()
  process.exit(0)
}
