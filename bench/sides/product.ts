import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { buildServer } from '../../tools/build.ts'
import { freePort } from '../../tools/free-port.ts'
import { environment, ROOT } from '../../tools/run.ts'

export const RUNTIMES = ['container', 'edge'] as const
export type Runtime = (typeof RUNTIMES)[number]

/** The system admin that every start of the product makes. */
export const ADMIN = { email: 'root@example.com', password: 'Corr3ct-horse' } as const

const READY_MS = 60_000
const STOP_MS = 15_000
const POLL_MS = 50

export interface Product {
  readonly runtime: Runtime
  readonly url: string
  /** Its first process: what it starts itself are children of this one. */
  readonly pid: number
  /** Where its keys are. */
  readonly dataDir: string
  stop(): Promise<void>
}

export interface ProductOptions {
  readonly databaseUrl: string
  /** Folder for a CPU profile of the container's process, or of the edge's isolate, written when it stops. */
  readonly profileTo?: string
}

/** No variable of the caller's shell may name another store or another port. */
const defaults = Object.fromEntries(
  Object.entries(environment).filter(([name]) => !/^(ACCI_|DATABASE_URL$|HOST$|PORT$)/.test(name)),
)

async function commandOf(runtime: Runtime, profileTo: string | undefined): Promise<readonly string[]> {
  if (runtime === 'edge') {
    const profile = profileTo === undefined ? [] : ['--profile', profileTo]
    return [join(ROOT, 'bench', 'sides', 'start-edge.ts'), ...profile]
  }
  const profile = profileTo === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileTo}`]
  const { file } = await buildServer()
  // The server itself and not its tool, which reads all of its log and would be measured with it.
  return [...profile, '--enable-source-maps', file]
}

/** Starts a runtime on a real PostgreSQL, with a data folder of its own and its log in a file, and waits until it is ready. */
export async function startProduct(runtime: Runtime, { databaseUrl, profileTo }: ProductOptions): Promise<Product> {
  const dataDir = mkdtempSync(join(tmpdir(), 'acci-bench-'))
  const logFile = join(dataDir, 'product.log')
  const log = openSync(logFile, 'a')
  const port = await freePort()
  const child = spawn(process.execPath, await commandOf(runtime, profileTo), {
    cwd: ROOT,
    stdio: ['ignore', log, log],
    env: {
      ...defaults,
      PORT: String(port),
      DATABASE_URL: databaseUrl,
      ACCI_DATA_DIR: dataDir,
      ACCI_ADMIN_EMAIL: ADMIN.email,
      ACCI_ADMIN_PASSWORD: ADMIN.password,
    },
  })
  closeSync(log)
  const url = `http://127.0.0.1:${port}`
  const stop = async () => {
    await end(child)
    rmSync(dataDir, { recursive: true, force: true })
  }
  try {
    await untilReady(child, url)
  } catch (error) {
    const told = readFileSync(logFile, 'utf8').slice(-2_000)
    await stop()
    throw new Error(`the ${runtime} did not start:\n${told}`, { cause: error })
  }
  return { runtime, url, pid: child.pid ?? 0, dataDir, stop }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  const deadline = performance.now() + READY_MS
  while (performance.now() < deadline) {
    if (hasEnded(child)) throw new Error('it ended')
    const response = await fetch(`${url}/health/ready`).catch(() => undefined)
    if (response?.ok) return
    await delay(POLL_MS)
  }
  throw new Error(`not ready within ${READY_MS / 1_000} s`)
}

/** Asks it to stop; the tool of the edge ends workerd itself. Whatever does not stop in time is ended. */
async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await exited
  clearTimeout(late)
}
