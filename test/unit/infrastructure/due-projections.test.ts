import { beforeEach, describe, expect, it } from 'vitest'
import { DueProjections, GOES_ON_FOR, LOST_AFTER, PROJECT_EVERY } from '#infrastructure/workerd/due-projections.ts'

describe('the projections that are due', () => {
  let now: number
  let due: DueProjections
  beforeEach(() => {
    now = 1_000_000
    due = new DueProjections(() => now)
  })

  it('are none before anything is committed', () => {
    expect(due.next()).toBeUndefined()
    expect(due.confirmed(7)).toBeUndefined()
    expect(due.projected).toBe(7)
  })

  it('are for one alone, until that one confirms', () => {
    due.committed(3)
    expect(due.next()).toEqual({ toPosition: 3, after: 0 })
    due.committed(5)
    expect(due.next()).toBeUndefined()
    now += 40
    expect(due.confirmed(5)).toBeUndefined()
    expect(due.next()).toBeUndefined()
  })

  it('go on for the same one with what was committed meanwhile, at the pace', () => {
    due.committed(3)
    due.next()
    now += 40
    due.committed(5)
    expect(due.confirmed(3)).toEqual({ toPosition: 5, after: PROJECT_EVERY - 40 })
    expect(due.next()).toBeUndefined()
    now += PROJECT_EVERY
    expect(due.confirmed(5)).toBeUndefined()
  })

  it('begin at the pace, whoever sees to them', () => {
    due.committed(1)
    due.next()
    now += 10
    due.confirmed(1)
    due.committed(2)
    expect(due.next()).toEqual({ toPosition: 2, after: PROJECT_EVERY - 10 })
    now += PROJECT_EVERY
    due.confirmed(2)
    now += PROJECT_EVERY
    due.committed(3)
    expect(due.next()).toEqual({ toPosition: 3, after: 0 })
  })

  it('go to another when nothing was heard for long of whoever is in charge', () => {
    due.committed(1)
    due.next()
    now += LOST_AFTER - 1
    expect(due.next()).toBeUndefined()
    now += 1
    expect(due.next()).toEqual({ toPosition: 1, after: 0 })
    expect(due.next()).toBeUndefined()
  })

  it('are taken from one who has gone on for long, and given to another', () => {
    let position = 1
    due.committed(position)
    due.next()
    const began = now
    for (;;) {
      now += PROJECT_EVERY
      due.committed(position + 1)
      if (!due.confirmed(position)) break
      position++
    }
    expect(now - began).toBe(GOES_ON_FOR)
    expect(due.next()).toMatchObject({ toPosition: position + 1 })
    now += PROJECT_EVERY
    due.committed(position + 2)
    // The new one goes on from its own beginning.
    expect(due.confirmed(position + 1)).toMatchObject({ toPosition: position + 2 })
  })

  it('are left to nobody for as long as a clock was set back', () => {
    due.committed(1)
    due.next()
    now -= 3_600_000
    expect(due.next()).toEqual({ toPosition: 1, after: 0 })
    now += 10
    due.committed(2)
    expect(due.confirmed(1)).toEqual({ toPosition: 2, after: PROJECT_EVERY - 10 })
  })

  it('never go back behind what was confirmed', () => {
    due.committed(5)
    due.next()
    due.confirmed(5)
    due.confirmed(3)
    expect(due.projected).toBe(5)
    expect(due.next()).toBeUndefined()
  })
})
