import { expect, it } from 'vitest'
import { summarize } from '../../../tools/test-summary.ts'

const file = (status: string, statuses: readonly string[], message = '') => ({
  name: 'a.test.ts',
  status,
  message,
  assertionResults: statuses.map((each) => ({ status: each })),
})

it('counts tests by how they ended', () => {
  const report = { testResults: [file('failed', ['passed', 'failed', 'skipped']), file('passed', ['passed', 'todo'])] }
  expect(summarize(report)).toEqual({ passed: 2, failed: 1, skipped: 2, notRun: [] })
})

it('counts a file that failed outside its tests as one failure', () => {
  const report = { testResults: [file('failed', [], 'Error: Cannot find module'), file('failed', ['skipped'], 'hook')] }
  expect(summarize(report)).toEqual({ passed: 0, failed: 2, skipped: 1, notRun: [] })
})

it('says once why files did not run, and counts them neither as passed nor as failed', () => {
  const unrun = file('failed', [], 'not run: PostgreSQL is not installed')
  const report = { testResults: [unrun, unrun, file('passed', ['passed'])] }
  expect(summarize(report)).toEqual({ passed: 1, failed: 0, skipped: 0, notRun: ['PostgreSQL is not installed'] })
})

it('takes a test that could not be run for neither, whatever its neighbours did', () => {
  const unrun = { status: 'failed', failureMessages: ['Error: not run: nobody may mount here\n    at beforeEach'] }
  const failed = { status: 'failed', failureMessages: ['AssertionError: it was not run: twice'] }
  const mixed = { ...file('failed', ['passed']), assertionResults: [{ status: 'passed' }, unrun, failed] }
  expect(summarize({ testResults: [mixed] })).toEqual({
    passed: 1,
    failed: 1,
    skipped: 0,
    notRun: ['nobody may mount here'],
  })
})
