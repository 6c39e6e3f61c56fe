interface Waiting<Ask, Answer> {
  readonly ask: Ask
  readonly resolve: (answer: Answer | Promise<Answer>) => void
  readonly reject: (fault: unknown) => void
}

export interface CoalescerOptions<Ask, Answer> {
  /** Answers all asks, in their order. A promise that rejects concerns its own ask alone. */
  readonly send: (asks: readonly Ask[]) => Promise<readonly (Answer | Promise<Answer>)[]>
  /** Called for each sending: says of one ask after the other whether it may join. The first goes in any case. */
  readonly gate: () => (ask: Ask) => boolean
  /** How many asks may be under way when the next sending begins. Default: none. */
  readonly beside?: number
}

/** Until then whoever is ready joins: all requests that came in together are at hand. */
const endOfTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

/**
 * Sends together what is asked at the same moment. What comes while many asks are under way waits for the next sending: two
 * large ones at a time were measured to cost more processor time, and to get no more done.
 */
export class Coalescer<Ask, Answer> {
  readonly #options: CoalescerOptions<Ask, Answer>
  #waiting: Waiting<Ask, Answer>[] = []
  #gathering = false
  #underWay = 0

  constructor(options: CoalescerOptions<Ask, Answer>) {
    this.#options = options
  }

  ask(ask: Ask): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ask, resolve, reject })
      void this.#work()
    })
  }

  async #work(): Promise<void> {
    const { beside = 0 } = this.#options
    if (this.#gathering || this.#underWay > beside) return
    this.#gathering = true
    await endOfTurn()
    this.#gathering = false
    const taken = this.#take()
    this.#underWay += taken.length
    await this.#send(taken)
    this.#underWay -= taken.length
    if (this.#waiting.length > 0) void this.#work()
  }

  #take(): readonly Waiting<Ask, Answer>[] {
    const joins = this.#options.gate()
    const taken: Waiting<Ask, Answer>[] = []
    const left: Waiting<Ask, Answer>[] = []
    for (const waiting of this.#waiting) {
      if (joins(waiting.ask) || taken.length === 0) taken.push(waiting)
      else left.push(waiting)
    }
    this.#waiting = left
    return taken
  }

  async #send(taken: readonly Waiting<Ask, Answer>[]): Promise<void> {
    try {
      const answers = await this.#options.send(taken.map(({ ask }) => ask))
      if (answers.length !== taken.length) throw new Error('not every ask was answered')
      for (const [index, answer] of answers.entries()) taken[index]?.resolve(answer)
    } catch (fault) {
      for (const { reject } of taken) reject(fault)
    }
  }
}

/** Lets in as many as weigh no more than `most` together, or one that weighs more. */
export const weighing = <Ask>(most: number, weight: (ask: Ask) => number) => {
  let sum = 0
  return (ask: Ask): boolean => {
    const next = sum + weight(ask)
    if (sum > 0 && next > most) return false
    sum = next
    return true
  }
}

/** Lets in one of each tenant, and no more than `most`. */
export const oneOfEachTenant = <Ask extends { readonly tenantId: string }>(most: number) => {
  const tenants = new Set<string>()
  return ({ tenantId }: Ask): boolean => {
    if (tenants.size >= most || tenants.has(tenantId)) return false
    tenants.add(tenantId)
    return true
  }
}
