import type { Link } from './process.ts'
import type { Scheduler } from './scheduler.ts'

const HOUR = 3_600_000

/** How bad things get in one history. Drawn anew for each, so that some are calm and others are bad in one way only. */
export interface Weather {
  readonly replicas: number
  /** How far each replica's clock is off, in milliseconds. */
  readonly skews: readonly number[]
  /** Chance of a process to die at any one await. */
  readonly death: number
  /** Chances of each request to the log, the read models or the directory. */
  readonly fails: number
  readonly losesReply: number
  readonly stalls: number
  /** Chances of each request to the event store. */
  readonly store: {
    readonly losesRequest: number
    readonly losesReply: number
    readonly twice: number
    readonly notLeader: number
    readonly slow: number
  }
  /** Whether the event store, or the read database, is away for a while now and then. */
  readonly storeAway: boolean
  readonly readsAway: boolean
  /** Whether the database crashes now and then, and comes back without its last projections. */
  readonly databaseCrashes: boolean
  /** Chances of each message. */
  readonly messages: { readonly lost: number; readonly twice: number; readonly late: number }
  /** Chance of each request and each answer of a client. */
  readonly client: number
  /** Whether somebody else writes to a tenant's stream. */
  readonly foreigner: boolean
  /** Whether tenants live in objects that Workers ask, or in a database between replicas. */
  readonly runtime: 'container' | 'edge'
  /** The RabbitMQ of the replicas, if they have one. */
  readonly broker: BrokerWeather | undefined
  /** Whether views meet events they cannot fold and rows get damaged, and an operator does what he can about it. */
  readonly operator: boolean
  /** Events that a read of the log gives at most. */
  readonly page: number
}

/** How a RabbitMQ behaves. */
export interface BrokerWeather {
  /** Whether it goes away now and then, and whether queues are full for a while. */
  readonly away: boolean
  readonly full: boolean
  /** Chances of each page of messages: to be cut off in the middle, not to be confirmed from some message on, or to be confirmed too late. */
  readonly cut: number
  readonly unconfirmed: number
  readonly slow: number
}

export function weatherOf({ random }: Scheduler): Weather {
  const one = <T>(...of: readonly [T, ...T[]]): T => of[random.integer(0, of.length - 1)] ?? of[0]
  const replicas = one(1, 2, 2, 3)
  const runtime = one('container', 'container', 'container', 'edge')
  const hasBroker = runtime === 'container' && one(true, false, false)
  return {
    replicas,
    skews: Array.from({ length: replicas }, () => one(0, 0, 0, HOUR, -HOUR)),
    death: one(0, 0.002, 0.005, 0.015),
    fails: one(0, 0.01, 0.05),
    losesReply: one(0, 0.01, 0.05),
    stalls: one(0, 0.01, 0.05),
    store: {
      losesRequest: one(0, 0.1),
      losesReply: one(0, 0.1, 0.3),
      twice: one(0, 0.2),
      notLeader: one(0, 0.1),
      slow: one(0, 0.2),
    },
    storeAway: one(true, false),
    readsAway: one(true, false),
    // At the edge the read models are flushed, and the log is not beside them.
    databaseCrashes: one(true, false, false) && runtime === 'container',
    messages: one(
      { lost: 0.15, twice: 0.2, late: 0.1 },
      { lost: 0.15, twice: 0.2, late: 0.1 },
      { lost: 0, twice: 0, late: 0 },
    ),
    client: one(0, 0.05, 0.15),
    foreigner: random.integer(1, 25) === 1,
    runtime,
    broker: hasBroker
      ? {
          away: one(true, false),
          full: one(true, false),
          cut: one(0, 0.1),
          unconfirmed: one(0, 0.1),
          slow: one(0, 0.1),
        }
      : undefined,
    operator: runtime === 'container' && one(true, false, false),
    page: one(1_000, 1_000, 1_000, 5),
  }
}

/** What goes wrong now, by the weather, as long as it lasts. */
export class Hazards {
  readonly weather: Weather
  readonly #scheduler: Scheduler
  #over = false
  #storeAway = false
  #readsAway = false
  #databaseAway = false
  /** Called when everything works from then on. */
  readonly #calm: (() => void)[] = []

  constructor(scheduler: Scheduler, weather: Weather) {
    this.#scheduler = scheduler
    this.weather = weather
    if (weather.storeAway) this.comeAndGo('event store', 60_000, (away) => (this.#storeAway = away))
    if (weather.readsAway) this.comeAndGo('read database', 15_000, (away) => (this.#readsAway = away))
  }

  /** From now on everything works. */
  end(): void {
    this.#scheduler.tell('weather', 'all is well from here on')
    this.#over = true
    this.#databaseAway = false
    for (const calm of this.#calm) calm()
  }

  /** Whether everything works from now on. */
  get areOver(): boolean {
    return this.#over
  }

  get storeAway(): boolean {
    return this.#storeAway
  }

  chance(probability: number): boolean {
    return !this.#over && this.#scheduler.chance(probability)
  }

  readonly dies = (): boolean => this.chance(this.weather.death)

  /** To the log, which a database keeps. */
  readonly log: Link = this.#database(() => false)
  readonly readModels: Link = this.#database(() => this.#readsAway)
  readonly directory: Link = this.#database(() => false)
  /** From a Worker to a tenant's object. */
  readonly object: Link = this.#database(() => false)
  /** To the mail server. A mail that was taken and not confirmed is sent again: at least once is what is promised. */
  readonly mail: Link = { latency: 50, refuses: () => (this.chance(this.weather.fails) ? 'no mail today' : undefined) }

  /** Has the database of log, read models and directory crash again and again; nothing is answered until it is back. */
  crashDatabase(forget: () => void): void {
    const { random } = this.#scheduler
    this.#scheduler.in(random.next() * 20_000, () => {
      if (this.#over) return
      this.#scheduler.tell('database', 'crashes, and forgets what it has not flushed')
      this.#databaseAway = true
      forget()
      this.#scheduler.in(100 + random.next() * 1_000, () => {
        this.#databaseAway = false
        this.#scheduler.tell('database', 'is back')
        this.crashDatabase(forget)
      })
    })
  }

  #database(away: () => boolean): Link {
    return {
      latency: 5,
      stalls: () => this.chance(this.weather.stalls),
      refuses: () => (this.#databaseAway || away() || this.chance(this.weather.fails) ? 'unavailable' : undefined),
      losesReply: () => this.chance(this.weather.losesReply),
    }
  }

  /**
   * Has something go away, or another trouble come, now and then, for so many milliseconds at the longest.
   * @param set is told when it goes, and when it is back
   */
  comeAndGo(
    what: string,
    longest: number,
    set: (away: boolean) => void,
    [gone, back]: readonly [string, string] = ['goes away', 'is back'],
  ): void {
    const { random } = this.#scheduler
    let isAway = false
    const comeBack = () => {
      if (!isAway) return
      isAway = false
      this.#scheduler.tell(what, back)
      set(false)
    }
    const go = () => {
      if (this.#over) return
      this.#scheduler.tell(what, gone)
      isAway = true
      set(true)
      this.#scheduler.in(random.next() * longest, () => {
        comeBack()
        this.#scheduler.in(random.next() * 30_000, go)
      })
    }
    this.#calm.push(comeBack)
    this.#scheduler.in(random.next() * 20_000, go)
  }
}
