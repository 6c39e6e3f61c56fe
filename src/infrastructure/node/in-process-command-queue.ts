import type { CommandQueue, QueuedOperation } from '#domain/ports/command-queue.ts'
import type { Logger } from '#domain/ports/logger.ts'

/** Operations run at the same time. */
const AT_ONCE = 10

/** The embedded queue of operations: they are run by this process. What a crash loses, the tenants' writers send again. */
export class InProcessCommandQueue implements CommandQueue {
  readonly #logger: Logger
  readonly #waiting: QueuedOperation[] = []
  readonly #running = new Set<Promise<void>>()
  #run: ((operation: QueuedOperation) => Promise<void>) | undefined
  #stopped = false

  constructor(logger: Logger) {
    this.#logger = logger
  }

  enqueue(operation: QueuedOperation): Promise<void> {
    if (!this.#stopped) this.#waiting.push(operation)
    this.#start()
    return Promise.resolve()
  }

  /** Begins to run what waits and what comes. */
  consume(run: (operation: QueuedOperation) => Promise<void>): void {
    this.#run = run
    this.#start()
  }

  /** Takes no more, and resolves when what is under way is done. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#waiting.length = 0
    await Promise.all(this.#running)
  }

  #start(): void {
    const run = this.#run
    if (!run) return
    while (this.#running.size < AT_ONCE) {
      const operation = this.#waiting.shift()
      if (!operation) return
      const running = run(operation)
        .catch((fault: unknown) =>
          this.#logger.warn('an operation will be tried again', { ...operation, fault: String(fault) }),
        )
        .finally(() => {
          this.#running.delete(running)
          this.#start()
        })
      this.#running.add(running)
    }
  }
}
