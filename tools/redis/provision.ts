import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { createInterface } from 'node:readline'
import { installDebianPackage } from '../debian-package.ts'
import { freePort } from '../free-port.ts'

const PROGRAM = 'redis-server'
const READY = /Ready to accept connections/
const FATAL = /FATAL|Failed listening|^exit /

/** A Redis server that is the caller's alone. It keeps nothing on disk. */
export interface RedisServer {
  /** With its password. */
  readonly url: string
  /** Ends it without warning. */
  kill(): Promise<void>
  /** Starts it again, empty, at the same address. */
  start(): Promise<void>
  /** Lets it answer nothing any more, or go on. */
  pause(): void
  resume(): void
  stop(): Promise<void>
}

const isThere = () => spawnSync(PROGRAM, ['--version']).status === 0

/** Sees to it that there is a Redis to start; else why there is none. */
export const findOrInstallRedis = (): string | undefined => (isThere() ? undefined : installDebianPackage(PROGRAM))

// The shell reads from a pipe whose other end is ours: however this process ends, kill -9 included, the pipe closes and the
// server is ended, without a warning to it.
const GUARD = `trap '' INT TERM HUP
"$@" 2>&1 & server=$!
echo "pid $server"
read -r line
kill -KILL $server
wait`

interface Running {
  readonly guard: ChildProcess
  readonly pid: number
}

/**
 * Starts Debian's Redis on a free port of 127.0.0.1; installs it first if need be. Where there is none, it throws what
 * `npm test` reports as not run.
 */
export async function provisionRedis(): Promise<RedisServer> {
  const reason = findOrInstallRedis()
  if (reason !== undefined) throw new Error(`not run: ${reason}`)
  const port = await freePort()
  const password = randomBytes(16).toString('hex')
  let running: Running | undefined
  const server: RedisServer = {
    url: `redis://:${password}@127.0.0.1:${port}`,
    async start() {
      running ??= await launch(port, password)
    },
    async kill() {
      const guard = running?.guard
      running = undefined
      if (!guard) return
      const ended = once(guard, 'close')
      guard.stdin?.end()
      await ended
    },
    pause: () => void (running && process.kill(running.pid, 'SIGSTOP')),
    resume: () => void (running && process.kill(running.pid, 'SIGCONT')),
    stop: () => server.kill(),
  }
  await server.start()
  return server
}

async function launch(port: number, password: string): Promise<Running> {
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--requirepass', password]
  const noFiles = ['--save', '', '--appendonly', 'no', '--dir', tmpdir()]
  const guard = spawn('/bin/sh', ['-c', GUARD, 'guard', PROGRAM, ...settings, ...noFiles], {
    // Detached: a Ctrl-C at the terminal reaches us only.
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const log: string[] = []
  let pid: number | undefined
  // The reader stays: a full pipe would stop the server at its next line.
  const lines = createInterface({ input: guard.stdout })
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      log.push(line)
      pid ??= Number(/^pid (\d+)$/.exec(line)?.[1])
      if (READY.test(line)) resolve()
      if (FATAL.test(line)) {
        guard.stdin.end()
        reject(new Error(`Redis did not start:\n${log.join('\n')}`))
      }
    })
    lines.once('close', () => reject(new Error(`Redis ended:\n${log.join('\n')}`)))
  })
  if (pid === undefined) throw new Error('the guard named no process')
  return { guard, pid }
}
