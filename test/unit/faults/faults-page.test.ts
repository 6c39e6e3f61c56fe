import { expect, it } from 'vitest'
import type { FaultRow } from '../../faults/fault-row.ts'
import { faultsPage, mergedRows } from '../../faults/faults-page.ts'

const row = (more: Partial<FaultRow>): FaultRow => ({
  fault: 'kill -9',
  runtime: 'edge',
  acknowledged: 10,
  lost: 0,
  doubled: 0,
  seen: { 201: 10 },
  normalAfter: 500,
  ...more,
})

it('adds the rounds of a fault up, and tells the longest of their times', () => {
  const rows = [
    row({ times: 22, seen: { 201: 7, 503: 1 }, normalAfter: 1_200, withoutRead: 40 }),
    row({ times: 8, seen: { 201: 3, none: 2 }, normalAfter: 900, note: 'drained' }),
    row({ runtime: 'container', deferred: 3, note: 'all came' }),
    row({ runtime: 'container', deferred: 4, note: 'all came' }),
  ]
  expect(mergedRows(rows)).toEqual([
    row({ runtime: 'container', acknowledged: 20, deferred: 7, seen: { 201: 20 }, times: 2, note: 'all came' }),
    row({
      acknowledged: 20,
      times: 30,
      seen: { 201: 10, 503: 1, none: 2 },
      normalAfter: 1_200,
      withoutRead: 40,
      note: 'drained',
    }),
  ])
})

it('tells what was seen, and what was not run', () => {
  const about = { date: '2026-11-28', machine: 'two cores', command: 'npm run soak', notRun: ['no tmpfs'] }
  const rows = [
    row({ seen: { 201: 10, none: 2 }, withoutCommand: 1_234 }),
    row({ runtime: 'container', deferred: 3, note: 'all came' }),
  ]
  const page = faultsPage(rows, about)
  expect(page).toContain('| kill -9 | edge | 1 | 10 | – | 0 | 0 | 201 × 10, no answer × 2 | 1.2 s | – | 0.5 s |  |')
  expect(page).toContain('| kill -9 | container | 1 | 10 | 3 | 0 | 0 | 201 × 10 | – | – | 0.5 s | all came |')
  expect(page).toContain('## Not run\n\n- no tmpfs\n')
})
