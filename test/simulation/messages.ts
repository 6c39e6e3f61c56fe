import type { Link, Process } from './process.ts'
import type { World } from './world.ts'

/** Longest time of a message on its way, and of one that is overtaken, in milliseconds. */
const ON_ITS_WAY = 50
const LATE = 20_000

/** A queue between processes. Messages get lost, come twice, and overtake one another. */
export class Messages<Message> {
  readonly #name: string
  readonly #world: World
  readonly #deliver: (message: Message) => void
  /** How many have been sent, whatever became of them. */
  sent = 0

  constructor(name: string, world: World, deliver: (message: Message) => void) {
    this.#name = name
    this.#world = world
    this.#deliver = deliver
  }

  send(process: Process, messages: readonly Message[]): Promise<void> {
    const { hazards } = this.#world
    const link: Link = {
      latency: 5,
      refuses: () => (hazards.chance(hazards.weather.fails) ? 'unavailable' : undefined),
    }
    const carry = async () => {
      this.sent += messages.length
      for (const message of messages) this.#carry(message)
    }
    return process.call(`${this.#name}.send`, carry, link)
  }

  #carry(message: Message): void {
    const { hazards, scheduler } = this.#world
    const { lost, twice, late } = hazards.weather.messages
    if (hazards.chance(lost)) {
      scheduler.tell(this.#name, 'a message is lost')
      return
    }
    const copies = hazards.chance(twice) ? 2 : 1
    for (let copy = 0; copy < copies; copy++) {
      const longest = hazards.chance(late) ? LATE : ON_ITS_WAY
      scheduler.in(scheduler.random.next() * longest, () => this.#deliver(message))
    }
  }
}
