import { SeededRandom } from '../support/seeded-random.ts'

interface Planned {
  /** Virtual time, in milliseconds. */
  readonly at: number
  /** Order of planning: of what is planned for the same time, the first goes first. */
  readonly order: number
  readonly run: () => void
}

/** Steps that no history comes near which comes to an end at all. */
const MAX_STEPS = 250_000

/**
 * Virtual time, and the only source of chance. Everything that happens is planned here and happens alone: before the next
 * step whatever follows from this one without waiting has run to its end. One seed is one history.
 */
export class Scheduler {
  readonly random: SeededRandom
  /** Hears what happens, if somebody wants to know. */
  readonly onStep: ((at: number, actor: string, what: string) => void) | undefined
  /** A binary heap: the next step first. */
  readonly #planned: Planned[] = []
  #now = 0
  #planning = 0
  #steps = 0

  constructor(seed: number, onStep?: Scheduler['onStep']) {
    this.random = new SeededRandom(seed)
    this.onStep = onStep
  }

  /** Milliseconds since the beginning. */
  get now(): number {
    return this.#now
  }

  /** Steps taken so far: an order in which no two things are the same. */
  get steps(): number {
    return this.#steps
  }

  chance(probability: number): boolean {
    // Nothing is drawn for what cannot be: histories with fewer faults are cheaper, and no less determined.
    return probability > 0 && this.random.next() < probability
  }

  in(milliseconds: number, run: () => void): void {
    const planned = { at: this.#now + milliseconds, order: this.#planning++, run }
    const heap = this.#planned
    let place = heap.push(planned) - 1
    while (place > 0) {
      const parent = (place - 1) >> 1
      const above = heap[parent]
      if (!above || !isBefore(planned, above)) break
      heap[place] = above
      place = parent
    }
    heap[place] = planned
  }

  /** Lets things happen until `done` says so, nothing is planned any more, or the virtual time is up. True when done. */
  async run(until: number, done: () => boolean): Promise<boolean> {
    while (!done()) {
      const next = this.#planned[0]
      if (!next || next.at > until || this.#steps >= MAX_STEPS) return false
      this.#takeFirst()
      this.#now = next.at
      this.#steps++
      next.run()
      // A tick comes when nothing goes on any more that has waited for a promise. A turn of the event loop would cost as much as
      // the step.
      await new Promise<void>((resolve) => process.nextTick(resolve))
    }
    return true
  }

  tell(actor: string, what: string): void {
    this.onStep?.(this.#now, actor, what)
  }

  #takeFirst(): void {
    const heap = this.#planned
    const last = heap.pop()
    if (!last || heap.length === 0) return
    let place = 0
    for (;;) {
      const left = 2 * place + 1
      const [one, other] = [heap[left], heap[left + 1]]
      if (!one) break
      const [child, at] = other && isBefore(other, one) ? [other, left + 1] : [one, left]
      if (!isBefore(child, last)) break
      heap[place] = child
      place = at
    }
    heap[place] = last
  }
}

const isBefore = (one: Planned, other: Planned) => one.at < other.at || (one.at === other.at && one.order < other.order)
