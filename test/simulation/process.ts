import type { Scheduler } from './scheduler.ts'

/** What may go wrong between a process and something outside it. */
export interface Link {
  /** Longest time each way, in milliseconds. */
  readonly latency: number
  /** Whether this one takes a few hundred times as long. */
  readonly stalls?: () => boolean
  /** Says why the other side does not do what it is asked, if it does not. */
  readonly refuses?: () => string | undefined
  /** Whether what has been done is not told. */
  readonly losesReply?: () => boolean
  /** Whether the request arrives once more, later, its answer going nowhere. */
  readonly repeats?: () => boolean
}

/** How many times as long a stalled request or answer is on its way. */
const STALLED = 400

/** The other side could not be asked, or has not answered: whether anything has been done is unknown. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered'
}

/**
 * One life of a process: it ends at any await, and nothing that it waited for happens to it then. Whoever takes its place
 * starts from what is durable.
 */
export class Process {
  readonly name: string
  readonly #scheduler: Scheduler
  readonly #dies: () => boolean
  readonly #onDeath: (() => void)[] = []
  #alive = true

  constructor(scheduler: Scheduler, name: string, dies: () => boolean) {
    this.#scheduler = scheduler
    this.name = name
    this.#dies = dies
  }

  get alive(): boolean {
    return this.#alive
  }

  kill(): void {
    if (!this.#alive) return
    this.#alive = false
    this.#scheduler.tell(this.name, 'dies')
    for (const onDeath of this.#onDeath.splice(0)) onDeath()
  }

  /** Calls when the process dies. Returns what calls it off. */
  atDeath(onDeath: () => void): () => void {
    this.#onDeath.push(onDeath)
    return () => {
      const place = this.#onDeath.indexOf(onDeath)
      if (place >= 0) this.#onDeath.splice(place, 1)
    }
  }

  /** Asks something outside: it happens at another time, whole or not at all, and the answer comes at yet another one. */
  call<T>(what: string, effect: () => Promise<T>, link: Link): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#isGone()) return
      const settle = (told: string, answer: () => void) =>
        this.#scheduler.in(this.#delay(link), () => {
          if (this.#isGone()) return
          this.#scheduler.tell(this.name, `${what}: ${told}`)
          answer()
        })
      const happen = async () => {
        const refusal = link.refuses?.()
        if (refusal !== undefined) return settle(refusal, () => reject(new Unanswered(refusal)))
        if (link.repeats?.() === true) this.#repeat(what, effect, link)
        try {
          const value = await effect()
          if (link.losesReply?.() === true) settle('reply lost', () => reject(new Unanswered('reply lost')))
          else settle(this.#scheduler.onStep ? shown(value) : '', () => resolve(value))
        } catch (fault) {
          settle(String(fault), () => reject(fault))
        }
      }
      this.#scheduler.in(this.#delay(link), () => void happen())
    })
  }

  /** Resolves after so many milliseconds, if the process still lives. */
  wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => void this.after(milliseconds, resolve))
  }

  /** Calls after so many milliseconds, if the process still lives. Returns what calls it off. */
  after(milliseconds: number, run: () => void): () => void {
    let off = false
    this.#scheduler.in(milliseconds, () => {
      if (!off && this.#alive) run()
    })
    return () => void (off = true)
  }

  /** Death comes before a request goes out, and before an answer comes in. */
  #isGone(): boolean {
    if (this.#alive && this.#dies()) this.kill()
    return !this.#alive
  }

  #repeat(what: string, effect: () => Promise<unknown>, { latency }: Link): void {
    this.#scheduler.in(this.#scheduler.random.next() * 50 * latency, () => {
      this.#scheduler.tell(this.name, `${what}: arrives once more`)
      effect().catch(() => undefined)
    })
  }

  #delay({ latency, stalls }: Link): number {
    return this.#scheduler.random.next() * latency * (stalls?.() === true ? STALLED : 1)
  }
}

/** A port whose methods are asked over a link; those without one, and other members, are its own. */
export function over<Port extends object>(
  process: Process,
  name: string,
  port: Port,
  link: (method: string) => Link | undefined,
): Port {
  return new Proxy(port, {
    get(target, member) {
      const method: unknown = Reflect.get(target, member, target)
      if (typeof method !== 'function' || typeof member !== 'string') return method
      const to = link(member)
      return (...given: readonly unknown[]) => {
        const effect = async (): Promise<unknown> => Reflect.apply(method, target, given)
        return to ? process.call(`${name}.${member}`, effect, to) : effect()
      }
    },
  })
}

function shown(value: unknown): string {
  const text = value === undefined ? 'done' : JSON.stringify(value)
  return text.length <= 120 ? text : `${text.slice(0, 119)}…`
}
