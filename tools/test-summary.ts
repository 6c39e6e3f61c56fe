/** The part of vitest's JSON report that the closing line needs. */
export interface VitestReport {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly { readonly status: string; readonly failureMessages?: readonly string[] }[]
  }[]
}

/** How many tests ended how, and why files did not run at all (each reason once). */
export interface TestSummary {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly notRun: readonly string[]
}

const NOT_RUN = /^(?:Error: )?not run: (.+)$/m

/**
 * Counts a report. A test that failed with `not run: why` could not be run, and is no failure. A file that failed outside its
 * tests (while loading, or in a hook) counts as one failure, unless it said so itself (`testDatabase`).
 */
export function summarize(report: VitestReport): TestSummary {
  let [passed, failed, skipped] = [0, 0, 0]
  const notRun = new Set<string>()
  for (const file of report.testResults) {
    const count = (...statuses: string[]) =>
      file.assertionResults.filter(({ status }) => statuses.includes(status)).length
    const failures = file.assertionResults.filter(({ status }) => status === 'failed')
    const reasons = failures.flatMap(({ failureMessages = [] }) => NOT_RUN.exec(failureMessages[0] ?? '')?.[1] ?? [])
    for (const reason of reasons) notRun.add(reason)
    passed += count('passed')
    failed += failures.length - reasons.length
    skipped += count('skipped', 'pending', 'todo', 'disabled')
    if (file.status !== 'failed' || failures.length > 0) continue
    const why = NOT_RUN.exec(file.message)?.[1]
    if (why === undefined) failed += 1
    else notRun.add(why)
  }
  return { passed, failed, skipped, notRun: [...notRun] }
}
