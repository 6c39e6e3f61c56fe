import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../../tools/free-port.ts'
import { environment, run } from '../../tools/run.ts'
import type { UserTarget } from '../load/order.ts'
import { count } from './count.ts'
import { makeDatabase } from './database.ts'
import { inBatches } from './in-batches.ts'
import type { Population, Side } from './side.ts'

/** Their names in the tables. */
export const PEERS = {
  emmett: 'emmett-postgresql',
  nest: 'Nest CQRS',
  crud: 'Fastify CRUD',
} as const
export type Peer = keyof typeof PEERS

const FOLDER = join(import.meta.dirname, '..')
const READY_MS = 30_000
const POLL_MS = 50
/** Users registered at a time. */
const AT_ONCE = 16
/** As long as ours, so that all take in the same bytes. */
const TOKEN = 'x'.repeat(542)

/** Where npm notes what it has installed last. */
const INSTALLED = join(FOLDER, 'node_modules', '.package-lock.json')
const LOCK = join(FOLDER, 'package-lock.json')

/** Installs the peers from the lock of bench/, unless they are there. */
export async function installPeers(): Promise<void> {
  if (existsSync(INSTALLED) && statSync(INSTALLED).mtimeMs > statSync(LOCK).mtimeMs) return
  const { code, output } = await run('npm', ['ci', '--no-audit', '--no-fund'], FOLDER)
  if (code !== 0)
    throw new Error(`the peers could not be installed: npm ci in bench/ says ${output.trim().slice(-300)}`)
}

async function answers(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

interface Started {
  readonly url: string
  readonly pid: number
  stop(): Promise<void>
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}

/** Starts a program of bench/peers in production mode, and waits until it listens. */
export async function startProgram(program: Peer | 'hello', databaseUrl: string): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), 'acci-bench-'))
  const logFile = join(folder, 'log')
  const log = openSync(logFile, 'a')
  const port = await freePort()
  const child = fork(join(FOLDER, 'peers', `${program}.mjs`), {
    cwd: FOLDER,
    stdio: ['ignore', log, log, 'ipc'],
    env: { ...environment, NODE_ENV: 'production', PORT: String(port), DATABASE_URL: databaseUrl },
  })
  closeSync(log)
  const stop = async () => {
    await end(child)
    rmSync(folder, { recursive: true, force: true })
  }
  const deadline = performance.now() + READY_MS
  while (!(await answers(port))) {
    if (performance.now() < deadline && child.exitCode === null) {
      await delay(POLL_MS)
      continue
    }
    const told = readFileSync(logFile, 'utf8').slice(-2_000)
    await stop()
    throw new Error(`${program} did not start:\n${told}`)
  }
  return { url: `http://127.0.0.1:${port}`, pid: child.pid ?? 0, stop }
}

async function registerUser(url: string, tenantId: string, serial: number): Promise<UserTarget> {
  const response = await fetch(`${url}/api/v1/tenants/${tenantId}/users`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email: `user-${serial}@example.com`, role: 'user' }),
  })
  if (!response.ok) throw new Error(`a user was answered with ${response.status}: ${await response.text()}`)
  const { userId } = (await response.json()) as { userId: string } // what every peer answers with
  return { tenantId, userId, token: TOKEN }
}

/** Queries for how many updates a peer has written, as its events tell and as its rows tell. */
const UPDATES: Readonly<Record<Peer, readonly string[]>> = {
  emmett: [
    `select count(*) as count from emt_messages where message_type = 'UserUpdated' and message_kind = 'E'`,
    'select coalesce(sum(version - 1), 0) as count from user_profile',
  ],
  nest: [
    `select count(*) as count from event where type = 'UserUpdated'`,
    'select coalesce(sum(version - 1), 0) as count from user_profile',
  ],
  crud: ['select coalesce(sum(version - 1), 0) as count from user_profile'],
}

async function updatesWritten(peer: Peer, databaseUrl: string): Promise<number> {
  const counts: number[] = []
  for (const query of UPDATES[peer]) counts.push(await count(databaseUrl, query))
  const [first = Number.NaN] = counts
  if (counts.some((one) => one !== first)) throw new Error(`${PEERS[peer]} has ${counts.join(' events, but rows of ')}`)
  return first
}

/** Starts a peer on a database of its own and registers its users through its API. */
export async function startPeer(
  peer: Peer,
  serverUrl: string,
  { tenants: tenantCount, usersPerTenant, hot }: Population,
): Promise<Side> {
  const databaseUrl = await makeDatabase(serverUrl, peer)
  const program = await startProgram(peer, databaseUrl)
  const tenants = Array.from({ length: tenantCount }, (_, serial) => ({
    tenantId: `ten_${String(serial).padStart(26, '0')}`,
    token: TOKEN,
  }))
  try {
    const all = Array.from({ length: usersPerTenant }, () => tenants).flat()
    const first = Array.from({ length: hot }, () => tenants.slice(0, 1)).flat()
    const users = await inBatches([...all, ...first], AT_ONCE, ({ tenantId }, serial) =>
      registerUser(program.url, tenantId, serial),
    )
    return {
      ...program,
      name: PEERS[peer],
      tenants,
      many: users.slice(0, all.length),
      hot: users.slice(all.length),
      settle: () => Promise.resolve(),
      updatesWritten: () => updatesWritten(peer, databaseUrl),
    }
  } catch (error) {
    await program.stop()
    throw error
  }
}
