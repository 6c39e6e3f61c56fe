/**
 * The Worker as `npm start` runs it, but for its queue of wake-ups: ten times a second it is sent there what every tenant has been
 * woken for already, each twice, the later first, and some after seconds.
 */
import { mkdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import type { WakeUp } from '../../src/domain/ports/bus.ts'
import { buildWorker } from '../../tools/build.ts'
import { localConfiguration, startSurroundings } from '../../tools/edge-surroundings.ts'
import { localWorker } from '../../tools/local-worker.ts'
import { withClient } from '../../tools/postgres/provision.ts'

const EVERY = 100

const configuration = localConfiguration()
mkdirSync(configuration.ACCI_DATA_DIR, { recursive: true })
const { file } = await buildWorker()
const surroundings = await startSurroundings(configuration)
const miniflare = new Miniflare(convertV4MiniflareOptions(await localWorker(file, configuration, surroundings)))
const queue = await miniflare.getQueueProducer<WakeUp>('WAKE_UPS')
const { DATABASE_URL: databaseUrl = '' } = process.env

for (;;) {
  await delay(EVERY)
  const wakeUps = await withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ tenant: string; position: string }>(
      'select tenant_id as tenant, position from read_models.checkpoint order by tenant_id',
    )
    return rows.map(({ tenant, position }): WakeUp => ({ tenantId: tenant, toPosition: Number(position) }))
  })
  if (wakeUps.length === 0) continue
  const twice = [...wakeUps, ...wakeUps].toReversed()
  await queue.sendBatch(twice.map((body, at) => ({ body, delaySeconds: at % 3 })))
  process.stdout.write(`shaken: ${wakeUps.length}\n`)
}
