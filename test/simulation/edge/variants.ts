import { DueProjections } from '#infrastructure/workerd/due-projections.ts'
import type { Variant } from '../variant.ts'

/** Whoever confirms ends the turn that somebody has. */
class EndedByAnyone extends DueProjections {
  #turn: number | undefined

  override begin() {
    const projection = super.begin()
    this.#turn = projection?.turn ?? this.#turn
    return projection
  }

  override followed(position: number): void {
    super.followed(position)
    if (this.#turn !== undefined) this.end(this.#turn)
  }
}

/** A turn is due whether there is anything to project or not. */
class WithoutEnd extends DueProjections {
  override get isBehind(): boolean {
    return true
  }
}

/** Mistakes in handing out the turns to project. */
export const EDGE_VARIANTS: readonly Variant[] = [
  {
    name: 'turn-forgotten',
    differs: 'takes everything for projected when an object begins anew',
    turns: ({ head }, ...clock) => new DueProjections({ head, projected: head }, ...clock),
  },
  {
    name: 'anyone-ends-turns',
    differs: 'ends somebody’s turn when anybody has projected',
    turns: (...given) => new EndedByAnyone(...given),
  },
  {
    name: 'turns-without-end',
    differs: 'hands out turns though there is nothing to project',
    turns: (...given) => new WithoutEnd(...given),
  },
]
