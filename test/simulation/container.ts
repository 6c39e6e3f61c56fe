import { Process } from './process.ts'
import type { Cluster } from './member.ts'
import { queuesOf, type Queues } from './queues.ts'
import { Replica } from './replica.ts'
import type { World } from './world.ts'

/** Longest time until a process that died is replaced, in milliseconds. */
const REPLACED_WITHIN = 3_000

/** The replicas of the container, each replaced when it dies, and the queues between them. */
export class Container implements Cluster {
  readonly #world: World
  readonly #queues: Queues
  readonly #replicas: (Replica | undefined)[] = []
  deaths = 0

  constructor(world: World) {
    this.#world = world
    this.#queues = queuesOf(world, this)
    for (const [index, skew] of world.hazards.weather.skews.entries()) this.#start(index, skew)
  }

  any(): Replica | undefined {
    const up = this.#replicas.flatMap((replica) => (replica?.process.alive ? replica : []))
    return up[this.#world.scheduler.random.integer(0, up.length - 1)]
  }

  #start(index: number, skew: number): void {
    const { scheduler, hazards } = this.#world
    const process = new Process(scheduler, `replica ${index + 1}`, hazards.dies)
    process.atDeath(() => {
      this.deaths++
      scheduler.in(scheduler.random.next() * REPLACED_WITHIN, () => this.#start(index, skew))
    })
    scheduler.tell(process.name, `starts, its clock off by ${skew / 3_600_000} h`)
    this.#replicas[index] = new Replica(this.#world, process, skew, scheduler.random.integer(0, 2 ** 31), this.#queues)
  }
}
