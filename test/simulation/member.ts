import type { QueuedOperation } from '#domain/ports/command-queue.ts'
import type { WriterTools } from '#domain/writer/decide-batch.ts'
import type { TenantWriterCore } from '#domain/writer/tenant-writer-core.ts'
import type { Process } from './process.ts'

/** Who answers one request or takes one message: a replica of the container, or a Worker that serves it. */
export interface Member {
  readonly process: Process
  readonly tools: WriterTools
  writer(tenantId: string): Pick<TenantWriterCore, 'execute' | 'user' | 'submitOperation' | 'operation'>
  /** Sends what has been submitted to whoever runs operations. */
  enqueue(operation: QueuedOperation): Promise<void>
  /** What a wake-up does. False when it failed. */
  project(tenantId: string): Promise<boolean>
  /** What a message of the queue of operations does. `dispatch` stands in for the API. */
  run(operation: QueuedOperation, dispatch: (request: Request) => Promise<Response>): Promise<void>
  /** Told that the request has been answered, or that whoever asked has gone. */
  left?(): void
}

/** All that is up and takes requests. */
export interface Cluster {
  /** One of those that are up. */
  any(): Member | undefined
  /** How many processes have died. */
  readonly deaths: number
}
