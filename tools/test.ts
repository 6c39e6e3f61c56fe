// npm test: every vitest project, then what could not run and the count. Arguments go to vitest.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environment, ROOT } from './run.ts'
import { summarize, type VitestReport } from './test-summary.ts'

const hasWorkerd = spawnSync('workerd', ['--version'], { env: environment }).status === 0
const projects = ['unit', 'simulation', 'node', ...(hasWorkerd ? ['workerd'] : [])].flatMap((project) => [
  '--project',
  project,
])

const folder = await mkdtemp(join(tmpdir(), 'acci-test-'))
const reportFile = join(folder, 'report.json')
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
const vitest = spawn('vitest', ['run', ...projects, ...reporters, ...process.argv.slice(2)], {
  cwd: ROOT,
  env: environment,
  stdio: 'inherit',
})
await once(vitest, 'exit')
// The file is vitest's own report; when vitest did not get as far as writing one, that is the failure.
const report = await readFile(reportFile, 'utf8').then(
  (text): VitestReport => JSON.parse(text) as VitestReport,
  () => undefined,
)
await rm(folder, { recursive: true, force: true })

const { passed, failed, skipped, notRun } =
  report === undefined ? { passed: 0, failed: 1, skipped: 0, notRun: [] } : summarize(report)
const unrun = hasWorkerd ? notRun : [...notRun, `workerd does not run here (${process.platform} ${process.arch})`]
for (const why of unrun) console.log(`not run: ${why}`)
// vitest also ends badly for what no test reports, such as an unhandled rejection.
const unexplained = vitest.exitCode !== 0 && failed === 0 && notRun.length === 0
if (unexplained) console.log(`vitest ended with ${vitest.exitCode ?? vitest.signalCode}, though no test failed`)
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed > 0 || unexplained || (process.env['CI'] === 'true' && unrun.length > 0) ? 1 : 0
