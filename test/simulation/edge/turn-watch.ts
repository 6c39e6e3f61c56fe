import { LOST_AFTER, PROJECT_EVERY, type DueProjection } from '#infrastructure/workerd/due-projections.ts'
import type { Process } from '../process.ts'
import type { World } from '../world.ts'

/** A turn that an object has handed out. */
interface Turn {
  /** Its life of the object. */
  readonly host: Process
  readonly tenantId: string
  /** When it begins by what the object said, in virtual milliseconds. */
  readonly beginsAt: number
}

/** Clocks show whole milliseconds. */
const ROUNDING = 1

/** Looks at turns as they are handed out and taken: one at a time, at their pace, and none when there is nothing to project. */
export class TurnWatch {
  readonly #world: World
  /** Turns that have been handed out, by tenant and number. */
  readonly #turns = new Map<string, Turn>()
  /** The last of each tenant. */
  readonly #last = new Map<string, Turn>()
  /** Turns that somebody has begun and not ended. */
  readonly #running = new Map<string, Turn>()
  handed = 0

  constructor(world: World) {
    this.#world = world
  }

  handedOut(host: Process, tenantId: string, projection: DueProjection | undefined): void {
    if (!projection) return
    this.handed++
    const turn = { host, tenantId, beginsAt: this.#world.scheduler.now + projection.after }
    const last = this.#last.get(tenantId)
    // An object that has begun anew does not know of turns before it.
    if (last?.host === host && turn.beginsAt < last.beginsAt + PROJECT_EVERY - ROUNDING)
      this.#world.violated('turns keep their pace', `${tenantId}: ${turn.beginsAt - last.beginsAt} ms`)
    this.#last.set(tenantId, turn)
    this.#turns.set(`${tenantId}/${projection.turn}`, turn)
  }

  /** @param worker who takes the turn; it ends with it */
  begun(worker: Process, tenantId: string, number: number): void {
    const name = `${tenantId}/${number}`
    const turn = this.#turns.get(name)
    if (!turn) return this.#world.violated('a turn is handed out', name)
    for (const other of this.#running.values()) {
      const isOfSameLife = other !== turn && other.tenantId === tenantId && other.host === turn.host
      if (isOfSameLife && turn.beginsAt < other.beginsAt + LOST_AFTER - ROUNDING)
        this.#world.violated('one turn at a time', `${tenantId}: turn ${number} of ${worker.name}`)
    }
    this.#running.set(name, turn)
    worker.atDeath(() => this.#running.delete(name))
  }

  ended(tenantId: string, number: number): void {
    this.#running.delete(`${tenantId}/${number}`)
  }
}
