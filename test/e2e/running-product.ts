import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../../tools/free-port.ts'

export const ADMIN = { email: 'root@example.com', password: 'Corr3ct-horse' } as const
const READY_WITHIN = 60_000
const POLL_EVERY = 20

export interface RunningProduct {
  readonly url: string
  /** What it has printed lately: the last megabyte. */
  output(): string
  /** Ends it as an operator would; resolves to the exit code. */
  terminate(): Promise<number | null>
  /** Ends it without warning, with all its processes. */
  kill(): Promise<void>
  /** Starts it again on the same data and at the same address. */
  restart(): Promise<RunningProduct>
  /** Starts it again and ends it without warning after so many milliseconds, ready or not. */
  restartAndKill(afterMs: number): Promise<void>
  /** Removes its data. */
  clean(): void
}

/** Starts a runtime by its tool on a free port, with data of its own, and waits until it is ready. */
export async function startProduct(
  tool: 'tools/start.ts' | 'tools/start-container.ts' | 'tools/dev.ts' | 'test/faults/start-shaken.ts',
  environment: Readonly<Record<string, string>> = {},
  dataDir = mkdtempSync(join(tmpdir(), 'acci-e2e-')),
  port?: number,
): Promise<RunningProduct> {
  const at = port ?? (await freePort())
  const launch = () => launchTool(tool, { ...environment, PORT: String(at), ACCI_DATA_DIR: dataDir })
  const { child, output, ended, kill } = launch()
  const url = `http://127.0.0.1:${at}`
  try {
    await ready(url, child, output)
  } catch (fault) {
    await kill()
    throw fault
  }
  return {
    url,
    output,
    terminate() {
      child.kill('SIGTERM')
      return ended
    },
    kill,
    restart: () => startProduct(tool, environment, dataDir, at),
    async restartAndKill(afterMs) {
      const launched = launch()
      await delay(afterMs)
      await launched.kill()
    },
    clean: () => rmSync(dataDir, { recursive: true, force: true }),
  }
}

function launchTool(tool: string, environment: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [tool], {
    // A group of its own, so that a kill reaches the runtime it has started too.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...environment,
      ACCI_ADMIN_EMAIL: ADMIN.email,
      ACCI_ADMIN_PASSWORD: ADMIN.password,
    },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output = `${output}${chunk.toString()}`.slice(-1_000_000)))
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  // The output closes when the last process that holds it is gone: then address and data are free again.
  let closed = false
  const gone = new Promise<void>((resolve) =>
    child.once('close', () => {
      closed = true
      resolve()
    }),
  )
  return {
    child,
    output: () => output,
    ended,
    async kill() {
      // Once they are all gone, the number of the group may be somebody else's.
      if (child.pid !== undefined && !closed) killGroup(child.pid)
      await gone
    },
  }
}

function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch {
    // Nobody of the group is left.
  }
}

async function ready(url: string, child: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the product ended at start:\n${output()}`)
    const response = await fetch(`${url}/health/ready`).catch(() => undefined)
    if (response?.ok) return
    await delay(POLL_EVERY)
  }
  throw new Error(`the product was not ready in time:\n${output()}`)
}
