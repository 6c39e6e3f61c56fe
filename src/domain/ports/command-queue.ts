/** Names an operation that waits to be run. What it is stays in its tenant's writer, which also sees to it that none is lost. */
export interface QueuedOperation {
  readonly tenantId: string
  readonly operationId: string
}

/** Carries operations to whoever runs them. Like a wake-up, a message may be lost, doubled or reordered. */
export interface CommandQueue {
  enqueue(operation: QueuedOperation): Promise<void>
}
