import type { SeededRandom } from '../support/seeded-random.ts'

/** Holds work back until something else has happened so and so often: lag without a clock. */
export class HeldBack {
  readonly #random: SeededRandom
  readonly #most: number
  #waiting: { left: number; readonly go: () => void }[] = []
  #released = false

  /** @param most how often that is, at most */
  constructor(random: SeededRandom, most: number) {
    this.#random = random
    this.#most = most
  }

  async until<T>(work: () => Promise<T>): Promise<T> {
    const left = this.#random.integer(0, this.#most)
    if (!this.#released && left > 0) await new Promise<void>((go) => this.#waiting.push({ left, go }))
    return work()
  }

  /** It has happened once more. */
  answered(): void {
    for (const one of this.#waiting) if (--one.left === 0) one.go()
    this.#waiting = this.#waiting.filter(({ left }) => left > 0)
  }

  /** Nothing is held back any more. */
  release(): void {
    this.#released = true
    for (const { go } of this.#waiting.splice(0)) go()
  }
}
