import type { Cluster, Member } from '../member.ts'
import { Process } from '../process.ts'
import { queuesOf, type Queues } from '../queues.ts'
import type { World } from '../world.ts'
import { Isolate } from './isolate.ts'
import { Objects } from './objects.ts'
import { TurnWatch } from './turn-watch.ts'

/** The Worker's isolates, begun when they are needed, the tenants' objects and the queues. */
export class Edge implements Cluster {
  readonly objects: Objects
  readonly turns: TurnWatch
  readonly #world: World
  readonly #queues: Queues
  readonly #isolates: (Isolate | undefined)[]
  #deaths = 0

  constructor(world: World) {
    this.#world = world
    this.#queues = queuesOf(world, this)
    this.turns = new TurnWatch(world)
    this.objects = new Objects(world, this.#queues, this.turns)
    this.#isolates = Array.from({ length: world.hazards.weather.replicas })
  }

  /** What has been done to have tenants projected: turns handed out, and wake-ups sent. */
  get asked(): number {
    return this.turns.handed + this.#queues.wakeUps.sent
  }

  get deaths(): number {
    return this.#deaths + this.objects.deaths
  }

  any(): Member {
    const place = this.#world.scheduler.random.integer(0, this.#isolates.length - 1)
    const known = this.#isolates[place]
    const isolate = known?.process.alive ? known : this.#begin(place)
    return isolate.request()
  }

  #begin(place: number): Isolate {
    const { scheduler, hazards } = this.#world
    const process = new Process(scheduler, `isolate ${place + 1}`, hazards.dies)
    process.atDeath(() => this.#deaths++)
    const isolate = new Isolate({
      world: this.#world,
      process,
      objects: this.objects,
      queues: this.#queues,
      turns: this.turns,
      seed: scheduler.random.integer(0, 2 ** 31),
    })
    this.#isolates[place] = isolate
    return isolate
  }
}
