import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  DueProjections,
  LOST_AFTER,
  PROJECT_EVERY,
  type DueProjection,
} from '#infrastructure/workerd/due-projections.ts'

describe('the projections that are due', () => {
  let now: number
  let due: DueProjections
  beforeEach(() => {
    now = 1_000_000
    due = new DueProjections({ head: 0, projected: 0 }, () => now)
  })

  /** Begins the turn that there must be. */
  const begun = (): DueProjection => {
    const projection = due.begin()
    if (!projection) throw new Error('there is no turn')
    return projection
  }
  const follow = (position: number, { turn }: DueProjection): void => {
    due.followed(position)
    due.end(turn)
  }

  it('are none before anything is committed', () => {
    expect(due.begin()).toBeUndefined()
    due.followed(7)
    expect(due.projected).toBe(7)
    expect(due.begin()).toBeUndefined()
  })

  it('are known from what is written down, after a restart', () => {
    const restarted = new DueProjections({ head: 9, projected: 4 }, () => now)
    expect(restarted.begin()).toMatchObject({ toPosition: 9, after: 0 })
    expect(new DueProjections({ head: 9, projected: 9 }, () => now).begin()).toBeUndefined()
  })

  it('are one turn at a time', () => {
    due.committed(3)
    const turn = begun()
    expect(turn).toMatchObject({ toPosition: 3, after: 0 })
    due.committed(5)
    expect(due.begin()).toBeUndefined()
    now += 40
    follow(5, turn)
    expect(due.isInCharge).toBe(false)
    expect(due.begin()).toBeUndefined()
  })

  it('come at their pace, with what was committed meanwhile', () => {
    due.committed(3)
    const first = begun()
    now += 40
    due.committed(5)
    follow(3, first)
    const second = begun()
    expect(second).toMatchObject({ toPosition: 5, after: PROJECT_EVERY - 40 })
    now += PROJECT_EVERY
    follow(5, second)
    now += PROJECT_EVERY
    due.committed(6)
    expect(begun()).toMatchObject({ toPosition: 6, after: 0 })
  })

  it('are nobody else’s because somebody else confirms, however often', () => {
    due.committed(3)
    const turn = begun()
    due.committed(5)
    for (let count = 0; count < 10; count++) {
      due.followed(3)
      due.end(turn.turn + 1)
      expect(due.begin()).toBeUndefined()
    }
    due.end(turn.turn)
    expect(begun()).toMatchObject({ toPosition: 5 })
  })

  it('go to another when nothing was heard for long, and then the first goes on no more', () => {
    due.committed(1)
    const lost = begun()
    now += LOST_AFTER - 1
    expect(due.begin()).toBeUndefined()
    now += 1
    const other = begun()
    expect(other.turn).not.toBe(lost.turn)
    follow(1, lost)
    expect(due.isInCharge).toBe(true)
    follow(1, other)
    expect(due.isInCharge).toBe(false)
  })

  it('wait for nobody as long as a clock was set back', () => {
    due.committed(1)
    begun()
    now -= 3_600_000
    const turn = begun()
    expect(turn.after).toBe(0)
    now += 10
    due.committed(2)
    follow(1, turn)
    expect(begun()).toMatchObject({ after: PROJECT_EVERY - 10 })
  })

  it('never go back behind what was confirmed', () => {
    due.committed(5)
    due.followed(5)
    due.followed(3)
    expect(due.projected).toBe(5)
    expect(due.isBehind).toBe(false)
  })
})

/** One who projects: begins as it was told, reads the log, takes its time, and confirms. */
interface Runner {
  readonly turn: number | undefined
  readonly from: number
  readonly until: number
  /** Where the log ended when it read it. */
  read?: number
}

/** What happens in a history, a hundredth of a second each. */
type Step = 'commit' | 'outsider' | 'lost' | 'restart' | 'pass'

/** Lives through a history as object and Workers do, and tells what was seen. */
function lived(
  steps: readonly Step[],
  variant: { readonly anyoneEnds?: boolean; readonly forgetsHead?: boolean } = {},
) {
  let [now, head, projected] = [1_000_000, 0, 0]
  let due = new DueProjections({ head, projected }, () => now)
  let runners: Runner[] = []
  const seen = { begun: 0, together: 0, harmed: false }
  const take = (projection: DueProjection | undefined) => {
    if (!projection) return
    seen.begun++
    runners.push({ turn: projection.turn, from: now + projection.after, until: now + projection.after + 50 })
  }
  const pass = () => {
    now += 10
    for (const runner of runners) if (runner.from <= now) runner.read ??= head
    for (const runner of runners.filter(({ until }) => until <= now)) {
      runners = runners.filter((one) => one !== runner)
      projected = Math.max(projected, runner.read ?? 0)
      due.followed(runner.read ?? 0)
      const turn = variant.anyoneEnds ? (runner.turn ?? lastTurn) : runner.turn
      if (turn === undefined) continue
      due.end(turn)
      take(due.begin())
    }
    const ofTurns = runners.filter(({ turn, from }) => turn !== undefined && from <= now)
    seen.together = Math.max(seen.together, ofTurns.length)
  }
  let lastTurn: number | undefined
  for (const step of steps) {
    if (step === 'commit') {
      head++
      due.committed(head)
      take(due.begin())
    }
    if (step === 'outsider') runners.push({ turn: undefined, from: now, until: now + 30 })
    if (step === 'lost' && runners.length > 0) {
      runners = []
      seen.harmed = true
    }
    if (step === 'restart') due = new DueProjections({ head: variant.forgetsHead ? 0 : head, projected }, () => now)
    lastTurn = runners.findLast(({ turn }) => turn !== undefined)?.turn ?? lastTurn
    pass()
  }
  const busyFor = now - 1_000_000
  // Long enough for whoever is at work, and too short for a turn to be lost.
  for (let rest = 0; rest < 200; rest++) pass()
  return { ...seen, busyFor, isDrained: projected === head && runners.length === 0 }
}

const histories = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom<Step>('commit') },
    { weight: 4, arbitrary: fc.constantFrom<Step>('pass', 'outsider') },
    { weight: 1, arbitrary: fc.constantFrom<Step>('lost', 'restart') },
  ),
  { minLength: 1, maxLength: 400 },
)

describe('any history of commits, confirmations, losses and restarts', () => {
  it('has one turn at a time, at the pace, and leaves nothing to the sweep unless somebody was lost', () => {
    fc.assert(
      fc.property(histories, (steps) => {
        const { begun, together, harmed, busyFor, isDrained } = lived(steps)
        const restarts = steps.filter((step) => step === 'restart').length
        // A restarted object does not know of a turn before it.
        expect(together).toBeLessThanOrEqual(1 + restarts)
        const lost = steps.filter((step) => step === 'lost').length
        expect(begun).toBeLessThanOrEqual(2 + lost + 2 * restarts + busyFor / PROJECT_EVERY)
        if (!harmed) expect(isDrained).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('would not, if whoever confirms ended the turn', () => {
    const steps = Array.from({ length: 400 }, (_, index): Step => (index % 20 === 10 ? 'outsider' : 'commit'))
    expect(lived(steps).begun).toBeLessThanOrEqual(2 + 4_000 / PROJECT_EVERY)
    expect(lived(steps, { anyoneEnds: true }).begun).toBeGreaterThan(2 + 4_000 / PROJECT_EVERY)
  })

  it('would not, if a restarted object did not know where its log ends', () => {
    const steps: readonly Step[] = ['commit', 'pass', 'commit', 'restart']
    expect(lived(steps).isDrained).toBe(true)
    expect(lived(steps, { forgetsHead: true }).isDrained).toBe(false)
  })
})
