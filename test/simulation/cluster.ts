import type { WakeUp } from '#domain/ports/bus.ts'
import type { QueuedOperation } from '#domain/ports/command-queue.ts'
import { dispatchTo } from './deferred.ts'
import { Messages } from './messages.ts'
import { Process } from './process.ts'
import { Replica, type Queues } from './replica.ts'
import type { World } from './world.ts'

/** Longest time until a process that died is replaced, in milliseconds. */
const REPLACED_WITHIN = 3_000

/** The replicas, each replaced when it dies, and the queues between them. */
export class Cluster {
  readonly #world: World
  readonly #queues: Queues
  readonly #replicas: (Replica | undefined)[] = []
  deaths = 0

  constructor(world: World) {
    this.#world = world
    this.#queues = {
      wakeUps: new Messages<WakeUp>('wake-ups', world, ({ tenantId }) => void this.any()?.project(tenantId)),
      operations: new Messages<QueuedOperation>('operations', world, (operation) => {
        const replica = this.any()
        void replica?.run(operation, dispatchTo(replica, operation.tenantId, world))
      }),
    }
    for (const [index, skew] of world.hazards.weather.skews.entries()) this.#start(index, skew)
  }

  /** One of the replicas that are up. */
  any(): Replica | undefined {
    const up = this.#replicas.flatMap((replica) => (replica?.process.alive ? replica : []))
    return up[this.#world.scheduler.random.integer(0, up.length - 1)]
  }

  #start(index: number, skew: number): void {
    const { scheduler, hazards } = this.#world
    const process = new Process(scheduler, `replica ${index + 1}`, hazards.dies, () => {
      this.deaths++
      scheduler.in(scheduler.random.next() * REPLACED_WITHIN, () => this.#start(index, skew))
    })
    scheduler.tell(process.name, `starts, its clock off by ${skew / 3_600_000} h`)
    this.#replicas[index] = new Replica(this.#world, process, skew, scheduler.random.integer(0, 2 ** 31), this.#queues)
  }
}
