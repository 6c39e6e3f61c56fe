import { mkdirSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { convertV4MiniflareOptions, Miniflare, type V4ModuleDefinition } from 'miniflare'
import { buildWorker } from './build.ts'
import { localConfiguration, startSurroundings } from './edge-surroundings.ts'
import { banner, step } from './start-banner.ts'

/**
 * Starts the Worker in local workerd with everything it needs embedded: Durable Objects and queues by miniflare, Postgres by
 * PGlite (or the one `DATABASE_URL` names) behind a stand-in for Neon's HTTP protocol.
 */
const COMPATIBILITY_DATE = '2026-11-01'
const WAKE_UPS = 'acci-wake-ups'
const COMMANDS = 'acci-commands'
/** Milliseconds. */
const READY_WITHIN = 30_000
const ASK_AGAIN_AFTER = 250

const configuration = localConfiguration()
const { HOST: host, PORT: port, ACCI_DATA_DIR: dataDir } = configuration
mkdirSync(dataDir, { recursive: true })

const { file } = await step('Build the Worker', buildWorker)
const surroundings = await step('Start Postgres and bring its schema up to date', () =>
  startSurroundings(configuration),
)

const miniflare = await step('Start workerd', startWorker)
let stopping = false
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  // Miniflare's own handler ends the process at once, with another exit code and nothing drained.
  process.removeAllListeners(signal)
  process.on(signal, () => {
    if (stopping) process.exit(1)
    stopping = true
    void stop()
  })
}

const address = (await miniflare.ready).href.replace(/\/$/, '')
try {
  await step('Prepare the platform tenant', ready)
  const { runsOn, admin } = surroundings
  const { email, generatedPassword: password } = admin
  process.stdout.write(banner({ address, runsOn, email, ...(password !== undefined && { password }) }))
  admin.shown()
} catch (fault) {
  // Asked to stop meanwhile, it has stopped answering.
  if (!stopping) throw fault
}

async function stop(): Promise<void> {
  process.stdout.write('… Stop\n')
  await miniflare.dispose()
  await surroundings.stop()
  process.exit(0)
}

async function startWorker(): Promise<Miniflare> {
  const options = convertV4MiniflareOptions({
    name: 'acci',
    host,
    port,
    modules: await workerModules(),
    modulesRoot: dirname(file),
    compatibilityDate: COMPATIBILITY_DATE,
    compatibilityFlags: ['nodejs_compat'],
    bindings: surroundings.variables,
    durableObjects: {
      TENANT: { className: 'TenantObject', useSQLite: true },
      DIRECTORY: { className: 'DirectoryObject', useSQLite: true },
      KEY_RING: { className: 'KeyRingObject', useSQLite: true },
    },
    resourcePersistencePath: resolve(dataDir, 'miniflare'),
    queueProducers: { WAKE_UPS: { queueName: WAKE_UPS }, COMMANDS: { queueName: COMMANDS } },
    queueConsumers: {
      [WAKE_UPS]: { maxBatchSize: 100, maxBatchTimeout: 0, maxRetries: 3, deadLetterQueue: `${WAKE_UPS}-dead` },
      [COMMANDS]: { maxBatchSize: 10, maxBatchTimeout: 0, maxRetries: 5, deadLetterQueue: `${COMMANDS}-dead` },
      [`${COMMANDS}-dead`]: { maxBatchSize: 100, maxBatchTimeout: 1 },
      [`${WAKE_UPS}-dead`]: { maxBatchSize: 100, maxBatchTimeout: 1 },
    },
  })
  const started = new Miniflare(options)
  await started.ready
  return started
}

/** The bundle and what lies beside it, as the modules that wrangler would upload. */
async function workerModules(): Promise<V4ModuleDefinition[]> {
  const folder = dirname(file)
  const names = (await readdir(folder)).filter((name) => /\.(?:wasm|ftl|polar|sql)$/.test(name))
  const beside = names.map((name): V4ModuleDefinition => {
    const path = join(folder, name)
    return name.endsWith('.wasm')
      ? { type: 'CompiledWasm', path, contents: readFileSync(path) }
      : { type: 'Text', path, contents: readFileSync(path, 'utf8') }
  })
  return [{ type: 'ESModule', path: file, contents: readFileSync(file, 'utf8') }, ...beside]
}

/** Clients that have waited for it come all at once, so that readiness may be late. */
async function ready(): Promise<void> {
  const until = performance.now() + READY_WITHIN
  for (;;) {
    const response = await fetch(`${address}/health/ready`)
    const said = await response.text()
    if (response.ok) return
    if (performance.now() > until) throw new Error(`not ready: ${said}`)
    await delay(ASK_AGAIN_AFTER)
  }
}
