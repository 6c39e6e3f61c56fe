import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../tools/free-port.ts'

export const ADMIN = { email: 'root@example.com', password: 'Corr3ct-horse' } as const
const READY_WITHIN = 60_000

export interface RunningProduct {
  readonly url: string
  /** What it has printed lately: the last megabyte. */
  output(): string
  /** Ends it as an operator would; resolves to the exit code. */
  terminate(): Promise<number | null>
  /** Ends it without warning, with all its processes. */
  kill(): Promise<void>
  /** Starts it again on the same data. */
  restart(): Promise<RunningProduct>
  /** Removes its data. */
  clean(): void
}

/** Starts a runtime by its tool on a free port, with data of its own, and waits until it is ready. */
export async function startProduct(
  tool: 'tools/start.ts' | 'tools/start-container.ts',
  environment: Readonly<Record<string, string>> = {},
  dataDir = mkdtempSync(join(tmpdir(), 'acci-e2e-')),
): Promise<RunningProduct> {
  const port = await freePort()
  const child = spawn(process.execPath, [tool], {
    // A group of its own, so that a kill reaches the runtime it has started too.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...environment,
      PORT: String(port),
      ACCI_DATA_DIR: dataDir,
      ACCI_ADMIN_EMAIL: ADMIN.email,
      ACCI_ADMIN_PASSWORD: ADMIN.password,
    },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output = `${output}${chunk.toString()}`.slice(-1_000_000)))
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  const url = `http://127.0.0.1:${port}`
  await ready(url, child, () => output)
  return {
    url,
    output: () => output,
    terminate() {
      child.kill('SIGTERM')
      return ended
    },
    async kill() {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      await ended
    },
    restart: () => startProduct(tool, environment, dataDir),
    clean: () => rmSync(dataDir, { recursive: true, force: true }),
  }
}

async function ready(url: string, child: ChildProcess, output: () => string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the product ended at start:\n${output()}`)
    const response = await fetch(`${url}/health/ready`).catch(() => undefined)
    if (response?.ok) return
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error(`the product was not ready in time:\n${output()}`)
}
