import { mkdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { buildWorker } from './build.ts'
import { localConfiguration, startSurroundings } from './edge-surroundings.ts'
import { localWorker } from './local-worker.ts'
import { banner, step } from './start-banner.ts'

/**
 * Starts the Worker in local workerd with everything it needs embedded: Durable Objects and queues by miniflare, Postgres by
 * PGlite (or the one `DATABASE_URL` names) behind a stand-in for Neon's HTTP protocol.
 */
/** Milliseconds. */
const READY_WITHIN = 30_000
const ASK_AGAIN_AFTER = 250

const configuration = localConfiguration()
mkdirSync(configuration.ACCI_DATA_DIR, { recursive: true })

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
  const started = new Miniflare(convertV4MiniflareOptions(await localWorker(file, configuration, surroundings)))
  await started.ready
  return started
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
