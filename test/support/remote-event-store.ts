import { fromStoreEvent, tenantStream } from '#domain/event-store/stream-event.ts'
import { startAtomPub, type SimulatedServer } from './event-store-simulator/atompub-server.ts'
import type { ServerCertificate } from './event-store-simulator/certificates.ts'
import { Faults } from './event-store-simulator/faults.ts'
import { startGrpc } from './event-store-simulator/grpc-server.ts'
import { SimulatedStore } from './event-store-simulator/simulated-store.ts'

/** What a product needs to know to log in there. */
export const EVENT_STORE_LOGIN = { EVENTSTORE_USERNAME: 'admin', EVENTSTORE_PASSWORD: 'changeit' } as const

/** An EventStoreDB of the tests' own: it speaks the real protocol, and can go away, come back and misbehave. */
export class RemoteEventStore {
  readonly store = new SimulatedStore()
  readonly faults = new Faults()
  readonly #start: typeof startAtomPub
  readonly #tls: ServerCertificate | undefined
  #server: SimulatedServer | undefined
  #port = 0

  /** @param tls speaks TLS with it, and checks what users may do */
  constructor(protocol: 'AtomPub' | 'gRPC', tls?: ServerCertificate) {
    this.#tls = tls
    this.#start = protocol === 'AtomPub' ? startAtomPub : startGrpc
  }

  /** Starts it, with what it has held before and at the same port. Returns its address. */
  async comes(): Promise<string> {
    this.#server = await this.#start(this.store, this.faults, this.#port, this.#tls)
    this.#port = Number(/:(\d+)(?:\?|$)/.exec(this.#server.url)?.[1])
    return this.#server.url
  }

  async goesAway(): Promise<void> {
    await this.#server?.close()
    this.#server = undefined
  }

  /** The tenant's log as it is held here, in order. */
  log(tenantId: string) {
    return this.store.read(tenantStream(tenantId), 0, 1_000_000).records.map(({ id, type, data, metadata }) => {
      const read = fromStoreEvent({
        id,
        type,
        data: JSON.parse(data.toString()) as Record<string, never>, // an object: checked by `fromStoreEvent`
        metadata: JSON.parse(metadata.toString()) as Record<string, never>,
      })
      return read.kind === 'event' ? read.envelope : read
    })
  }
}
