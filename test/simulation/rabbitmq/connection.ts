import { AMQPError, ConsumerStatus } from 'rabbitmq-client'
import type { Process } from '../process.ts'
import type { Scheduler } from '../scheduler.ts'

/** Longest time of a message on its way, in milliseconds. */
const LATENCY = 5

export interface OutgoingMessage {
  readonly id: string
  readonly body: Buffer
  readonly confirm: () => void
  readonly refuse: () => void
}

/** A message of a queue, and how often it has been handed out, this time included. */
export interface Delivery {
  readonly id: string
  readonly body: Buffer
  readonly deliveries: number
}

/** The broker, as its connections reach it. */
export interface BrokerSide {
  publish(connection: BrokerConnection, messages: readonly OutgoingMessage[]): void
  /** A message that was handed out and not done with. */
  returned(delivery: Delivery): void
}

type Handler = (message: {
  readonly messageId: string
  readonly body: Buffer
  readonly headers: { readonly 'x-delivery-count': number }
}) => Promise<ConsumerStatus>

class Closed extends AMQPError {
  override readonly code = 'CH_CLOSE'
}

class NotAcknowledged extends AMQPError {
  override readonly code = 'NACK'
}

/** A connection as the vendor's client gives it, as far as the product uses it. It is lost with what is on its way over it. */
export class BrokerConnection {
  readonly process: Process
  ready = false
  /** Called each time that it has been made. */
  onConnection: () => void = () => undefined
  readonly #scheduler: Scheduler
  readonly #broker: BrokerSide
  readonly #channels = new Set<SimulatedChannel>()
  /** Deliveries that the process has not answered. */
  readonly #inHand = new Set<Delivery>()
  #handler: Handler | undefined

  constructor(scheduler: Scheduler, process: Process, broker: BrokerSide) {
    this.#scheduler = scheduler
    this.process = process
    this.#broker = broker
  }

  /** Whether messages can be handed to the process. */
  get consumes(): boolean {
    return this.ready && this.#handler !== undefined
  }

  acquire(): Promise<SimulatedChannel> {
    if (!this.ready) return Promise.reject(new Closed('there is no connection'))
    const channel = new SimulatedChannel(this.#scheduler, this.process, (messages) =>
      this.#broker.publish(this, messages),
    )
    this.#channels.add(channel)
    return Promise.resolve(channel)
  }

  createConsumer(_options: object, handler: Handler) {
    this.#handler = handler
    return { on: () => undefined, close: () => Promise.resolve() }
  }

  establish(): void {
    this.ready = true
    this.onConnection()
  }

  lose(): void {
    this.ready = false
    for (const channel of this.#channels) channel.lose()
    this.#channels.clear()
    const unanswered = [...this.#inHand]
    this.#inHand.clear()
    for (const delivery of unanswered) this.#broker.returned(delivery)
  }

  /** Hands a message out. It stays in hand until the process has said what is to become of it. */
  deliver(delivery: Delivery): void {
    this.#inHand.add(delivery)
    this.#scheduler.in(this.#scheduler.random.next() * LATENCY, () => {
      if (!this.#inHand.has(delivery)) return
      void this.#handle(delivery)
    })
  }

  async #handle(delivery: Delivery): Promise<void> {
    const { id: messageId, body, deliveries } = delivery
    const status = await this.#handler?.({ messageId, body, headers: { 'x-delivery-count': deliveries - 1 } })
    // Whoever has lost the connection cannot tell; the message is somebody else's by now.
    if (status === undefined || !this.process.alive || !this.#inHand.delete(delivery)) return
    this.#scheduler.tell(this.process.name, `${messageId} is ${['done', 'put back', 'given up'][status]}`)
    if (status === ConsumerStatus.REQUEUE) this.#broker.returned(delivery)
  }
}

/** A channel in confirm mode. Messages that are published in one go arrive together. */
class SimulatedChannel {
  active = true
  readonly #scheduler: Scheduler
  readonly #process: Process
  readonly #publish: (messages: readonly OutgoingMessage[]) => void
  readonly #onClose: (() => void)[] = []
  /** Rejects what has not been answered. */
  readonly #unanswered = new Set<(fault: Error) => void>()
  #gathered: OutgoingMessage[] = []
  /** When the messages before these arrive. */
  #arrivesAt = 0

  constructor(scheduler: Scheduler, process: Process, publish: (messages: readonly OutgoingMessage[]) => void) {
    this.#scheduler = scheduler
    this.#process = process
    this.#publish = publish
  }

  basicPublish({ messageId }: { readonly messageId: string }, body: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#unanswered.add(reject)
      const answered = (answer: () => void) => () => {
        if (this.#unanswered.delete(reject) && this.#process.alive) answer()
      }
      this.#gathered.push({
        id: messageId,
        body,
        confirm: answered(resolve),
        refuse: answered(() => reject(new NotAcknowledged('the message was refused'))),
      })
      if (this.#gathered.length === 1) this.#send()
    })
  }

  once(event: string, listener: () => void): void {
    if (event === 'close') this.#onClose.push(listener)
  }

  /** Of messages without a queue: the product's own takes all. */
  on(): void {}

  confirmSelect = () => Promise.resolve()
  exchangeDeclare = () => Promise.resolve()
  queueDeclare = () => Promise.resolve()
  queueBind = () => Promise.resolve()

  close(): Promise<void> {
    this.lose()
    return Promise.resolve()
  }

  lose(): void {
    if (!this.active) return
    this.active = false
    const unanswered = [...this.#unanswered]
    this.#unanswered.clear()
    if (!this.#process.alive) return
    for (const listener of this.#onClose) listener()
    for (const reject of unanswered) reject(new Closed('the channel is closed'))
  }

  #send(): void {
    const { now, random } = this.#scheduler
    this.#arrivesAt = Math.max(this.#arrivesAt, now + random.next() * LATENCY)
    this.#scheduler.in(this.#arrivesAt - now, () => {
      const messages = this.#gathered
      this.#gathered = []
      if (this.active) this.#publish(messages)
    })
  }
}
