import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** A tenant that commands are sent to. */
export interface TenantTarget {
  readonly tenantId: string
  /** Access token of the tenant's admin. */
  readonly token: string
  /** One user for each connection, so that no two change the same user at once. */
  readonly userIds: readonly string[]
}

/** `register`: a user is registered and invited, two events. `update`: a user's display name changes, one event. */
export const COMMANDS = ['register', 'update'] as const
export type Command = (typeof COMMANDS)[number]

/** What each connection does again and again. */
export type Work =
  | { readonly kind: 'insert'; readonly databaseUrl: string }
  | {
      readonly kind: 'command'
      readonly url: string
      readonly command: Command
      readonly tenants: readonly TenantTarget[]
    }

export interface LoadOrder {
  readonly work: Work
  /** Operations under way at a time. */
  readonly connections: number
  readonly warmUpMs: number
  readonly measureMs: number
}

/** What the load saw: operations that ended within the measured time. Latencies in milliseconds. */
export interface Measured {
  readonly count: number
  readonly perSecond: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  /** CPU time of the load process itself, microseconds an operation. */
  readonly generatorMicros: number
  /** Last acknowledged position of every tenant that was written to. */
  readonly positions: Readonly<Record<string, number>>
}

/** What the load process tells: where the measured time begins and ends, then the result or why there is none. */
export type LoadMessage =
  | { readonly type: 'measuring' | 'measured' }
  | { readonly type: 'result'; readonly result: Measured }
  | { readonly type: 'fault'; readonly message: string }

/**
 * Runs a load in a process of its own, so that neither its event loop nor its garbage is that of who measures.
 *
 * @param atBoundary called when the measured time begins, and again when it ends
 * @throws when any operation was refused: refusals are cheap, and would pass for speed
 */
export async function runLoad(order: LoadOrder, atBoundary: () => void): Promise<Measured> {
  const child = fork(join(import.meta.dirname, 'load-process.ts'), { stdio: 'inherit' })
  const exited = once(child, 'exit')
  try {
    child.send(order)
    return await resultOf(child, atBoundary)
  } finally {
    child.kill()
    await exited
  }
}

function resultOf(child: ChildProcess, atBoundary: () => void): Promise<Measured> {
  const { promise, resolve, reject } = Promise.withResolvers<Measured>()
  child.once('error', reject)
  child.once('exit', (code) => reject(new Error(`the load process ended with ${code}`)))
  child.on('message', (received) => {
    const message = received as LoadMessage // the process runs load-process.ts, which sends nothing else
    if (message.type === 'result') resolve(message.result)
    else if (message.type === 'fault') reject(new Error(message.message))
    else atBoundary()
  })
  return promise
}
