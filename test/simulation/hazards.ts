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
}

export function weatherOf({ random }: Scheduler): Weather {
  const one = <T>(...of: readonly [T, ...T[]]): T => of[random.integer(0, of.length - 1)] ?? of[0]
  const replicas = one(1, 2, 2, 3)
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
    databaseCrashes: one(true, false, false),
    messages: one(
      { lost: 0.15, twice: 0.2, late: 0.1 },
      { lost: 0.15, twice: 0.2, late: 0.1 },
      { lost: 0, twice: 0, late: 0 },
    ),
    client: one(0, 0.05, 0.15),
    foreigner: random.integer(1, 25) === 1,
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

  constructor(scheduler: Scheduler, weather: Weather) {
    this.#scheduler = scheduler
    this.weather = weather
    if (weather.storeAway) this.#comeAndGo('event store', 60_000, (away) => (this.#storeAway = away))
    if (weather.readsAway) this.#comeAndGo('read database', 15_000, (away) => (this.#readsAway = away))
  }

  /** From now on everything works. */
  end(): void {
    this.#scheduler.tell('weather', 'all is well from here on')
    this.#over = true
    this.#storeAway = false
    this.#readsAway = false
    this.#databaseAway = false
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

  #comeAndGo(what: string, longest: number, set: (away: boolean) => void): void {
    const { random } = this.#scheduler
    const go = () => {
      if (this.#over) return
      this.#scheduler.tell(what, 'goes away')
      set(true)
      this.#scheduler.in(random.next() * longest, () => {
        this.#scheduler.tell(what, 'is back')
        set(false)
        this.#scheduler.in(random.next() * 30_000, go)
      })
    }
    this.#scheduler.in(random.next() * 20_000, go)
  }
}
