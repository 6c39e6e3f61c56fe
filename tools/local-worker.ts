import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { V4MiniflareOptions, V4ModuleDefinition } from 'miniflare'
import type { Configuration } from '../src/infrastructure/shared/configuration.ts'
import type { EdgeSurroundings } from './edge-surroundings.ts'

const COMPATIBILITY_DATE = '2026-11-01'
/** The queue that wakes the projector. */
export const WAKE_UPS = 'acci-wake-ups'
const COMMANDS = 'acci-commands'

/**
 * The Worker as miniflare runs it, with its Durable Objects and queues.
 *
 * @param file the bundle
 */
export async function localWorker(
  file: string,
  { HOST: host, PORT: port, ACCI_DATA_DIR: dataDir }: Configuration,
  { variables }: EdgeSurroundings,
) {
  return {
    name: 'acci',
    host,
    port,
    modules: await workerModules(file),
    modulesRoot: dirname(file),
    compatibilityDate: COMPATIBILITY_DATE,
    compatibilityFlags: ['nodejs_compat', 'queue_consumer_no_wait_for_wait_until'],
    bindings: variables,
    durableObjects: {
      TENANT: { className: 'TenantObject', useSQLite: true },
      DIRECTORY: { className: 'DirectoryObject', useSQLite: true },
      KEY_RING: { className: 'KeyRingObject', useSQLite: true },
      TENANT_REGISTER: { className: 'TenantRegisterObject', useSQLite: true },
    },
    resourcePersistencePath: resolve(dataDir, 'miniflare'),
    queueProducers: { WAKE_UPS: { queueName: WAKE_UPS }, COMMANDS: { queueName: COMMANDS } },
    queueConsumers: {
      [WAKE_UPS]: { maxBatchSize: 100, maxBatchTimeout: 0, maxRetries: 3, deadLetterQueue: `${WAKE_UPS}-dead` },
      [COMMANDS]: { maxBatchSize: 10, maxBatchTimeout: 0, maxRetries: 5, deadLetterQueue: `${COMMANDS}-dead` },
      [`${COMMANDS}-dead`]: { maxBatchSize: 100, maxBatchTimeout: 1 },
      [`${WAKE_UPS}-dead`]: { maxBatchSize: 100, maxBatchTimeout: 1 },
    },
  } satisfies V4MiniflareOptions
}

/** The bundle and what lies beside it, as the modules that wrangler would upload. */
async function workerModules(file: string): Promise<V4ModuleDefinition[]> {
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
