// npm run smoke: starts both runtimes by the commands of package.json, twice on the same data, and stops them with
// SIGTERM. Without npm in between: npm ends by the signal itself, whatever the program answers to it.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from './free-port.ts'
import { environment, ROOT } from './run.ts'

const SCRIPTS = ['start', 'start:container'] as const
const READY_MS = { first: 30_000, later: 5_000 }
const STOP_MS = 15_000
const POLL_MS = 50
const HOST = '127.0.0.1'

/** The defaults are what is tried: no variable of the caller's shell may name another store or another port. */
const defaults = Object.fromEntries(
  Object.entries(environment).filter(([name]) => !/^(ACCI_|DATABASE_URL$|HOST$|PORT$)/.test(name)),
)

const isReady = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    (response) => response.status === 200,
    () => false,
  )

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

/** Milliseconds from start to ready; throws when the program ends first or the time is over. */
async function untilReady(child: ChildProcess, url: string, limit: number): Promise<number> {
  const started = performance.now()
  for (;;) {
    if (hasEnded(child)) throw new Error(`ended with ${child.exitCode ?? child.signalCode} before it was ready`)
    if (await isReady(url)) return performance.now() - started
    if (performance.now() - started > limit) throw new Error(`not ready within ${limit / 1_000} s`)
    await delay(POLL_MS)
  }
}

/** Ends the program and everything it started; throws unless it ended by itself with 0. */
async function stop(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit', { signal: AbortSignal.timeout(STOP_MS) })
  child.kill('SIGTERM')
  await exited
  if (child.exitCode !== 0) throw new Error(`SIGTERM ended it with ${child.exitCode ?? child.signalCode}, not with 0`)
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // Nobody of the group is left.
  }
}

async function startAndStop(commandLine: string, dataDir: string, limit: number): Promise<number> {
  const port = await freePort()
  const [command = '', ...args] = commandLine.split(' ')
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { ...defaults, ACCI_DATA_DIR: dataDir, HOST, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that whatever it leaves behind can be ended.
    detached: true,
  })
  const output: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk))
  try {
    const ready = await untilReady(child, `http://${HOST}:${port}/health/ready`, limit)
    await stop(child)
    if (await isReady(`http://${HOST}:${port}/health/live`)) throw new Error('something still answers after its end')
    return ready
  } catch (error) {
    process.stdout.write(Buffer.concat(output))
    throw error
  } finally {
    killGroup(child)
  }
}

// The file is our own: npm itself refuses it when `scripts` is anything else.
const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<(typeof SCRIPTS)[number], string>
}

for (const script of SCRIPTS) {
  const dataDir = await mkdtemp(join(tmpdir(), 'acci-smoke-'))
  try {
    for (const [start, limit] of Object.entries(READY_MS)) {
      const ready = await startAndStop(scripts[script], dataDir, limit)
      console.log(
        `passed   npm run ${script}, ${start} start: ready after ${(ready / 1_000).toFixed(1)} s, SIGTERM ends it with 0`,
      )
    }
  } catch (error) {
    console.log(`FAILED   npm run ${script}: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}
