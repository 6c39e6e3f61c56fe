import type { Process } from '../process.ts'
import type { World } from '../world.ts'
import { BrokerConnection, type Delivery, type OutgoingMessage } from './connection.ts'
import { Subscriber } from './subscriber.ts'

/** Milliseconds: the longest time each way, of a confirmation that comes too late, and until a lost connection is made anew. */
const LATENCY = 5
const TOO_LATE = 8_000
const RECONNECTED_WITHIN = 5_000
/** How long a queue is full at the longest, the broker away, and the chance that a full queue takes a message nevertheless. */
const FULL_FOR = 15_000
const AWAY_FOR = 40_000
const ROOM = 0.3

/**
 * A RabbitMQ with two queues bound to all events: the product's own and a subscriber's. Either may be full; what one refuses the
 * other one takes all the same. What it has confirmed it keeps.
 */
export class Broker {
  readonly subscriber: Subscriber
  readonly #world: World
  readonly #connections = new Set<BrokerConnection>()
  /** Messages of `event.processing` that nobody has in hand. */
  readonly #waiting: Delivery[] = []
  #isAway = false
  #ownIsFull = false
  #subscriberIsFull = false

  constructor(world: World) {
    this.#world = world
    this.subscriber = new Subscriber(world)
    const { hazards } = world
    const { broker } = hazards.weather
    if (broker?.away) hazards.comeAndGo('RabbitMQ', AWAY_FOR, (away) => this.#setAway(away))
    if (broker?.full) {
      const told = ['is full', 'has room'] as const
      hazards.comeAndGo('event.processing', FULL_FOR, (full) => (this.#ownIsFull = full), told)
      hazards.comeAndGo('subscriber', FULL_FOR, (full) => (this.#subscriberIsFull = full), told)
    }
  }

  /** A connection of a process, which comes back by itself for as long as the process lives. */
  connect(process: Process): BrokerConnection {
    const connection = new BrokerConnection(this.#world.scheduler, process, {
      publish: (from, messages) => this.#publish(from, messages),
      returned: (delivery) => this.#enqueue({ ...delivery, deliveries: delivery.deliveries + 1 }),
    })
    this.#connections.add(connection)
    process.atDeath(() => {
      this.#connections.delete(connection)
      connection.lose()
    })
    this.#reconnect(connection)
    return connection
  }

  /** Messages arrive together and in order. */
  #publish(connection: BrokerConnection, messages: readonly OutgoingMessage[]): void {
    const { hazards, scheduler } = this.#world
    const { cut = 0, unconfirmed = 0, slow = 0 } = hazards.weather.broker ?? {}
    const cutAt = hazards.chance(cut) ? scheduler.random.integer(0, messages.length) : Infinity
    const silentFrom = hazards.chance(unconfirmed) ? scheduler.random.integer(0, messages.length - 1) : Infinity
    const wait = hazards.chance(slow) ? TOO_LATE : scheduler.random.next() * LATENCY
    const taken = messages.slice(0, cutAt).map((message) => ({ message, isKept: this.#take(message) }))
    scheduler.tell('RabbitMQ', `gets ${messages.length} of ${connection.process.name}, takes ${taken.length}`)
    if (cutAt !== Infinity) return this.#cut(connection)
    scheduler.in(wait, () => {
      for (const [index, { message, isKept }] of taken.entries()) {
        if (index >= silentFrom) return
        if (isKept) message.confirm()
        else message.refuse()
      }
    })
  }

  /** False when one of the queues is full. */
  #take({ id, body }: OutgoingMessage): boolean {
    const { hazards, scheduler } = this.#world
    const refuses = (isFull: boolean) => isFull && !hazards.chance(ROOM)
    const [own, subscriber] = [refuses(this.#ownIsFull), refuses(this.#subscriberIsFull)]
    if (subscriber) this.subscriber.refuses(body)
    else this.subscriber.takes(body)
    // A message may be lost after all: as a dead letter, or with a replica that nobody waited for.
    if (!own && !hazards.chance(hazards.weather.messages.lost)) {
      this.#enqueue({ id, body, deliveries: 1 })
      if (hazards.chance(hazards.weather.messages.twice)) this.#enqueue({ id, body, deliveries: 1 })
    }
    if (own || subscriber) scheduler.tell('RabbitMQ', `refuses ${id}`)
    return !own && !subscriber
  }

  #enqueue(delivery: Delivery): void {
    this.#waiting.push(delivery)
    this.#deliver()
  }

  #deliver(): void {
    const { scheduler } = this.#world
    const consuming = [...this.#connections].filter((connection) => connection.consumes)
    if (this.#isAway || consuming.length === 0) return
    for (const delivery of this.#waiting.splice(0)) {
      const connection = consuming[scheduler.random.integer(0, consuming.length - 1)]
      connection?.deliver(delivery)
    }
  }

  #setAway(away: boolean): void {
    this.#isAway = away
    for (const connection of this.#connections) {
      if (away) connection.lose()
      else this.#reconnect(connection)
    }
  }

  #cut(connection: BrokerConnection): void {
    this.#world.scheduler.tell('RabbitMQ', `loses the connection of ${connection.process.name}`)
    connection.lose()
    this.#reconnect(connection)
  }

  #reconnect(connection: BrokerConnection): void {
    const { scheduler } = this.#world
    scheduler.in(scheduler.random.next() * RECONNECTED_WITHIN, () => {
      if (this.#isAway || connection.ready || !connection.process.alive) return
      scheduler.tell(connection.process.name, 'is connected to RabbitMQ')
      connection.establish()
      this.#deliver()
    })
  }
}
