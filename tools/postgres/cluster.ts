import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePort } from '../free-port.ts'

/** A PostgreSQL server of our own: `url` logs in as its superuser; `stop` ends it and removes its files. */
export interface Cluster {
  readonly url: string
  stop(): Promise<void>
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

// The shell reads from a pipe whose other end is ours. However this process ends, kill -9 included, the pipe closes and
// the shell stops the server and removes its files: nothing is left running. Arguments: the folder, then the command.
const GUARD = `
trap '' INT TERM HUP
folder=$1; shift
"$@" 2>&1 &
read -r _
kill -INT $!
wait $!
rm -rf "$folder"
`

/** Resolves when the server accepts connections; rejects with the end of its log when it gave up. */
function untilReady(guard: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  if (guard.stdout === null) throw new Error('the server was started without a pipe for its log')
  let log: string[] = []
  // The reader stays: a full pipe would stop the server at its next line.
  createInterface({ input: guard.stdout }).on('line', (line) => {
    log = [...log.slice(-20), line]
    if (line.includes('database system is ready to accept connections')) resolve()
    if (/FATAL|PANIC/.test(line)) reject(new Error(`PostgreSQL did not start:\n${log.join('\n')}`))
  })
  guard.once('error', reject)
  guard.once('exit', () => reject(new Error(`PostgreSQL ended:\n${log.join('\n')}`)))
  return promise
}

async function end(guard: ChildProcess): Promise<void> {
  if (guard.exitCode !== null || guard.signalCode !== null) return
  const exited = once(guard, 'exit')
  guard.stdin?.end()
  await exited
}

/**
 * Makes a cluster in a temporary folder and starts it on a free port of 127.0.0.1, with the durability of a real one
 * (fsync stays on) and a password nobody else knows.
 *
 * @param binaries the folder that holds `initdb` and `postgres`
 */
export async function startCluster(binaries: string): Promise<Cluster> {
  const owner = unprivilegedAccount()
  const folder = mkdtempSync(join(tmpdir(), 'acci-postgres-'))
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
    const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200']
    const server = [join(binaries, 'postgres'), '-D', data, ...settings.flatMap((setting) => ['-c', setting])]
    // Detached: a Ctrl-C at the terminal reaches us only, and the guard ends the server in order.
    const guard = spawn('/bin/sh', ['-c', GUARD, 'guard', folder, ...server], {
      ...options,
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    try {
      await untilReady(guard)
    } catch (error) {
      await end(guard)
      throw error
    }
    return {
      url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
      async stop() {
        await end(guard)
        rmSync(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}
