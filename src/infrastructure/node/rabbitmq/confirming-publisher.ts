import { setImmediate } from 'node:timers/promises'
import { AMQPError, type Channel, type Connection } from 'rabbitmq-client'
import { answeredWithin } from '#common/answered-within.ts'
import { UnavailableFault } from '#common/unavailable-fault.ts'
import { PublicationRefusedFault } from '#domain/ports/publication.ts'
import { faultText } from './connect.ts'
import { declareTopology } from './topology.ts'

/** Milliseconds until messages that are not confirmed count as not sent. */
const CONFIRMED_WITHIN = 5_000
/** Milliseconds for which a broker that has been silent for so long counts as away. */
const LEFT_ALONE = 5_000

export interface OutgoingMessage {
  readonly exchange: string
  readonly routingKey: string
  /** By which whoever gets it twice knows it. */
  readonly id: string
  readonly type: string
  readonly contentType: string
  readonly body: string
}

/** Time as a publisher uses it. */
export interface PublisherTimers {
  /** Milliseconds since any moment; never set back. */
  now(): number
  /** As `answeredWithin`. */
  within<Answer>(milliseconds: number, work: Promise<Answer>): Promise<Answer>
  /** Resolves a turn of the event loop later. */
  turn(): Promise<void>
}

const systemTimers: PublisherTimers = {
  now: () => performance.now(),
  within: answeredWithin,
  turn: () => setImmediate(),
}

/**
 * Publishes persistent messages and waits until the broker has confirmed them: they then outlive its death. Declares the
 * topology on each new channel, before the first message.
 */
export class ConfirmingPublisher {
  readonly #connection: () => Connection | undefined
  readonly #confirmedWithin: number
  readonly #timers: PublisherTimers
  #channel: Promise<Channel> | undefined
  /** As the timers count. */
  #leftAloneUntil = 0
  /** Ids of messages that the broker had no queue for. */
  readonly #returned = new Set<string>()

  /**
   * @param connection what to publish over; undefined while there is none
   * @param confirmedWithin milliseconds to wait for the broker
   */
  constructor(
    connection: () => Connection | undefined,
    confirmedWithin = CONFIRMED_WITHIN,
    timers: PublisherTimers = systemTimers,
  ) {
    this.#connection = connection
    this.#timers = timers
    this.#confirmedWithin = confirmedWithin
  }

  /** Whether the broker is there and takes messages. */
  get ready(): boolean {
    return this.#connection()?.ready === true && this.#timers.now() >= this.#leftAloneUntil
  }

  /**
   * Publishes messages in order. Resolves when all are confirmed.
   * @throws PublicationRefusedFault when a queue that one of them goes to is full
   * @throws UnavailableFault when the broker is away or silent: some of them may be there all the same
   */
  async publish(messages: readonly OutgoingMessage[]): Promise<void> {
    const connection = this.#connection()
    // Nobody waits for it to come back: there are other ways to do what the messages are for.
    if (!connection || !this.ready) throw new UnavailableFault('RabbitMQ is away')
    const channel = this.#channel ?? this.#opened(connection)
    let answered = false
    const sending = this.#send(channel, messages).finally(() => (answered = true))
    try {
      await this.#timers.within(this.#confirmedWithin, sending)
    } catch (fault) {
      if (!answered) this.#leftAloneUntil = this.#timers.now() + LEFT_ALONE
      if (!(fault instanceof PublicationRefusedFault)) this.#discard(channel)
      throw fault
    }
  }

  async close(): Promise<void> {
    const channel = await this.#channel?.catch(() => undefined)
    await channel?.close()
  }

  #opened(connection: Connection): Promise<Channel> {
    const opening = this.#open(connection)
    this.#channel = opening
    // Whoever publishes next opens another one. That this one could not be opened, whoever publishes now is told.
    opening.then(
      (channel) => channel.once('close', () => this.#forget(opening)),
      () => undefined,
    )
    return opening
  }

  async #open(connection: Connection): Promise<Channel> {
    const channel = await connection.acquire()
    await declareTopology(channel)
    await channel.confirmSelect()
    channel.on('basic.return', ({ messageId }) => {
      if (messageId !== undefined) this.#returned.add(messageId)
    })
    return channel
  }

  async #send(opening: Promise<Channel>, messages: readonly OutgoingMessage[]): Promise<void> {
    const channel = await opening
    if (!channel.active) throw new UnavailableFault('RabbitMQ has just gone away')
    const outcomes = await Promise.allSettled(
      messages.map(({ exchange, routingKey, id, type, contentType, body }) =>
        channel.basicPublish(
          { exchange, routingKey, messageId: id, type, contentType, durable: true, mandatory: true },
          Buffer.from(body, 'utf8'),
        ),
      ),
    )
    // A message that no queue takes is returned before it is confirmed; the client tells of it a turn later.
    await this.#timers.turn()
    const returned = messages.filter(({ id }) => this.#returned.delete(id))
    if (returned.length > 0) throw new UnavailableFault('RabbitMQ has no queue for a message')
    const kept = outcomes.findIndex((outcome) => outcome.status === 'rejected')
    const unconfirmed = outcomes[kept]
    if (unconfirmed?.status !== 'rejected') return
    const reason: unknown = unconfirmed.reason
    if (reason instanceof AMQPError && reason.code === 'NACK')
      throw new PublicationRefusedFault('a queue of RabbitMQ is full', kept)
    throw new UnavailableFault(`RabbitMQ has not confirmed a message: ${faultText(reason)}`)
  }

  /** What is left unanswered on a channel may still come: the next messages go over another one. */
  #discard(channel: Promise<Channel>): void {
    this.#forget(channel)
    void channel.then((opened) => opened.close()).catch(() => undefined)
  }

  #forget(channel: Promise<Channel>): void {
    if (this.#channel === channel) this.#channel = undefined
  }
}
