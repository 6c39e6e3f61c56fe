import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePort } from '../free-port.ts'

/** A PostgreSQL server of our own: `url` logs in as its superuser; `stop` ends it and removes its files. */
export interface Cluster {
  readonly url: string
  /** Ends the server at once, as a crash would: what it has acknowledged is in its files, and nothing is tidied up. */
  crash(): Promise<void>
  /** Starts it again, if it does not run, on the same files and port. */
  start(): Promise<void>
  stop(): Promise<void>
}

export interface ClusterOptions {
  /** The folder in which the cluster's own is made. */
  readonly parent?: string
  /** More settings of the server, each `name=value`. */
  readonly settings?: readonly string[]
}

interface Account {
  readonly uid: number
  readonly gid: number
}

/** PostgreSQL refuses to run as root, so root lends it an account without rights; others run it as themselves. */
function unprivilegedAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of ['postgres', 'nobody']) {
    const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(':')
    if (fields !== undefined) return { uid: Number(fields[2]), gid: Number(fields[3]) }
  }
  throw new Error('PostgreSQL cannot run as root, and the machine has neither an account postgres nor nobody')
}

// The shell reads orders from a pipe whose other end is ours. However this process ends, kill -9 included, the pipe closes
// and the shell stops the server and removes its files: nothing is left running. Arguments: the folder, then the command.
const GUARD = `
trap '' INT TERM HUP
folder=$1; shift
running() { [ -n "$server" ] && kill -0 "$server" 2>/dev/null; }
end() { running && kill "-$1" "$server"; wait $server; server=; }
start() { "$@" 2>&1 & server=$!; }
start "$@"
while read -r order; do
  case $order in
    crash) end QUIT; echo "guard: crashed" ;;
    start) running || start "$@" ;;
  esac
done
end INT
rm -rf "$folder"
`

interface AwaitedLine {
  readonly line: RegExp
  readonly resolve: () => void
  readonly reject: (fault: Error) => void
}

/** The server's process and its log, as the guard passes it on. */
class Guard {
  readonly #process: ChildProcess
  #log: string[] = []
  readonly #awaited = new Set<AwaitedLine>()

  constructor(process: ChildProcess) {
    this.#process = process
    if (process.stdout === null) throw new Error('the server was started without a pipe for its log')
    // The reader stays: a full pipe would stop the server at its next line.
    createInterface({ input: process.stdout }).on('line', (line) => this.#read(line))
    process.once('error', (fault) => this.#fail(fault))
    process.once('exit', () => this.#fail(new Error(`PostgreSQL ended:\n${this.#log.join('\n')}`)))
  }

  /** Resolves at the first such line from now on; rejects with the end of the log when the server gave up. */
  line(line: RegExp): Promise<void> {
    return new Promise((resolve, reject) => void this.#awaited.add({ line, resolve, reject }))
  }

  order(order: 'crash' | 'start'): void {
    this.#process.stdin?.write(`${order}\n`)
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const exited = once(this.#process, 'exit')
    this.#process.stdin?.end()
    await exited
  }

  #read(line: string): void {
    this.#log = [...this.#log.slice(-20), line]
    for (const awaited of this.#awaited)
      if (awaited.line.test(line)) {
        this.#awaited.delete(awaited)
        awaited.resolve()
      }
    // A server that starts refuses connections that come too early, which is no reason to give it up.
    if (/FATAL|PANIC/.test(line) && !/the database system is/.test(line))
      this.#fail(new Error(`PostgreSQL did not start:\n${this.#log.join('\n')}`))
  }

  #fail(fault: Error): void {
    for (const { reject } of this.#awaited) reject(fault)
    this.#awaited.clear()
  }
}

const READY = /database system is ready to accept connections/

async function isPortTaken(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

/**
 * Makes a cluster in a temporary folder and starts it on a free port of 127.0.0.1, with the durability of a real one
 * (fsync stays on) and a password nobody else knows.
 *
 * @param binaries the folder that holds `initdb` and `postgres`
 */
export async function startCluster(
  binaries: string,
  { parent = tmpdir(), settings: more = [] }: ClusterOptions = {},
): Promise<Cluster> {
  const owner = unprivilegedAccount()
  const folder = mkdtempSync(join(parent, 'acci-postgres-'))
  const data = join(folder, 'data')
  const passwordFile = join(folder, 'password')
  const password = randomBytes(16).toString('hex')
  const options = { cwd: folder, env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' }, ...owner }
  try {
    writeFileSync(passwordFile, password, { mode: 0o600 })
    if (owner !== undefined) for (const path of [folder, passwordFile]) chownSync(path, owner.uid, owner.gid)
    const init = [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'scram-sha-256',
      '--pwfile',
      passwordFile,
      '-E',
      'UTF8',
      '--no-locale',
    ]
    execFileSync(join(binaries, 'initdb'), init, { ...options, stdio: ['ignore', 'ignore', 'pipe'] })
    const port = await freePort()
    const settings = [
      `port=${port}`,
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'max_connections=200',
      ...more,
    ]
    const server = [join(binaries, 'postgres'), '-D', data, ...settings.flatMap((setting) => ['-c', setting])]
    // Detached: a Ctrl-C at the terminal reaches us only, and the guard ends the server in order.
    const guard = new Guard(
      spawn('/bin/sh', ['-c', GUARD, 'guard', folder, ...server], {
        ...options,
        detached: true,
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    )
    try {
      await guard.line(READY)
    } catch (error) {
      await guard.end()
      throw error
    }
    const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`
    return {
      url,
      async crash() {
        const crashed = guard.line(/^guard: crashed$/)
        guard.order('crash')
        await crashed
      },
      async start() {
        if (await isPortTaken(port)) return
        const ready = guard.line(READY)
        guard.order('start')
        await ready
      },
      async stop() {
        await guard.end()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}
