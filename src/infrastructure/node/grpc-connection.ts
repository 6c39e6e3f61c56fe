import { setTimeout as delay } from 'node:timers/promises'
import { EventStoreDBClient } from '@eventstore/db-client'

/** Milliseconds without a call after which the connection is let go of, where nothing else is said. */
const IDLE_AFTER = 10_000
/** Milliseconds. */
const CLOSED_WITHIN = 1_000

/**
 * The vendor's client while there are calls. Left to itself it keeps a stream open from the first append on, with its socket and
 * a ping every ten seconds: here they are let go of when there has been no call for a while, and the next one connects anew.
 */
export class GrpcConnection {
  readonly #address: string
  readonly #idleAfter: number
  #client: EventStoreDBClient | undefined
  #underWay = 0
  /** Lets go, once it has rested long enough. */
  #rest: NodeJS.Timeout | undefined
  #closed: Promise<void> = Promise.resolve()

  /**
   * @param address `esdb://…` as the vendor defines it
   * @param idleAfter milliseconds
   */
  constructor(address: string, idleAfter = IDLE_AFTER) {
    this.#address = address
    this.#idleAfter = idleAfter
    // Connects to nothing yet, but a wrong address is told at once.
    this.#client = connect(address)
  }

  async use<Result>(call: (client: EventStoreDBClient) => Promise<Result>): Promise<Result> {
    this.#underWay++
    clearTimeout(this.#rest)
    try {
      // A stream that is being ended would take appends of other clients with it.
      await this.#closed
      return await call((this.#client ??= connect(this.#address)))
    } finally {
      this.#underWay--
      if (this.#underWay === 0) this.#rest = setTimeout(() => this.#letGo(), this.#idleAfter).unref()
    }
  }

  close(): Promise<void> {
    clearTimeout(this.#rest)
    this.#letGo()
    return this.#closed
  }

  #letGo(): void {
    const client = this.#client
    this.#client = undefined
    if (client) this.#closed = end(client)
  }
}

/** The vendor's own fault holds the whole address, which has the credentials in it. */
function connect(address: string): EventStoreDBClient {
  try {
    return EventStoreDBClient.connectionString(address)
  } catch (fault) {
    // Without a cause on purpose.
    // oxlint-disable-next-line preserve-caught-error
    throw new Error(`EVENTSTORE_URL: ${fault instanceof Error ? fault.message : 'cannot be read'}`)
  }
}

/** The client waits for its streams to end, which one that has broken never does, and leaves its socket open. */
async function end(client: EventStoreDBClient): Promise<void> {
  await within(client.dispose())
  await within(client['getChannel']().then((channel) => channel.close()))
}

async function within(work: Promise<void>): Promise<void> {
  const patience = new AbortController()
  const over = delay(CLOSED_WITHIN, undefined, { signal: patience.signal, ref: false })
  await Promise.race([work, over]).catch(() => undefined)
  patience.abort()
  await over.catch(() => undefined)
}
