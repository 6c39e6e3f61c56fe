// npm run check: every static check, one line each with its time; ends with 1 when one failed.
import { STATIC_CHECKS } from './static-checks.ts'

const inCi = process.env['CI'] === 'true'
let failed = 0

for (const check of STATIC_CHECKS) {
  const { name } = check
  const started = performance.now()
  const verdict = await check.run()
  const seconds = `${((performance.now() - started) / 1_000).toFixed(1)} s`
  switch (verdict.kind) {
    case 'passed': {
      console.log(`passed   ${name}  ${seconds}${verdict.detail === undefined ? '' : `, ${verdict.detail}`}`)
      break
    }
    case 'failed': {
      failed += 1
      console.log(`FAILED   ${name}  ${seconds}\n${verdict.output.trimEnd()}\n`)
      break
    }
    case 'notRun': {
      if (inCi && !verdict.network) failed += 1
      console.log(`not run: ${verdict.why}  (${name}, ${seconds})`)
      break
    }
  }
}

console.log(failed === 0 ? 'all static checks hold' : `${failed} of ${STATIC_CHECKS.length} static checks failed`)
process.exitCode = failed === 0 ? 0 : 1
