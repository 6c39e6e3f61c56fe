// npm run soak, npm run faults: every fault over both runtimes, and so many kills of each; writes doc/architecture/faults.md.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { environment, ROOT } from '../../tools/run.ts'
import { summarize, type TestSummary, type VitestReport } from '../../tools/test-summary.ts'
import type { FaultRow } from './fault-row.ts'
import { faultsPage } from './faults-page.ts'

const PAGE = join(ROOT, 'doc', 'architecture', 'faults.md')
const USAGE = 'npm run soak [-- --kills N]     kills of each runtime, 1000 unless said otherwise'

const { values } = parseArgs({ options: { kills: { type: 'string', default: '1000' } } })
if (/^[1-9]\d*$/.test(values.kills)) await soak(values.kills)
else {
  console.error(USAGE)
  process.exitCode = 2
}

async function soak(kills: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'acci-faults-'))
  try {
    // One after the other, so that a row tells of its own fault.
    const summary = await vitest(folder, { ACCI_FAULTS_REPORT: folder, ACCI_CRASH_KILLS: kills })
    const rows = await rowsIn(folder)
    console.log(`${summary.passed} passed, ${summary.failed} failed, ${summary.notRun.length} not run`)
    if (summary.failed > 0) {
      console.log('the page stays as it was')
      process.exitCode = 1
      return
    }
    const [cpu] = cpus()
    await writeFile(
      PAGE,
      faultsPage(rows, {
        date: new Date().toISOString().slice(0, 10),
        machine: `${cpus().length} × ${cpu?.model.trim() ?? 'an unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}`,
        command: `npm run soak -- --kills ${kills}`,
        notRun: summary.notRun,
      }),
    )
    console.log(`${rows.length} rows: ${PAGE}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function vitest(folder: string, more: Readonly<Record<string, string>>): Promise<TestSummary> {
  const reportFile = join(folder, 'vitest-report')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
  const files = ['test/faults/', 'test/e2e/crash-']
  const child = spawn('vitest', ['run', '--project', 'node', '--no-file-parallelism', ...reporters, ...files], {
    cwd: ROOT,
    env: { ...environment, ...more },
    stdio: 'inherit',
  })
  await once(child, 'exit')
  const summary = summarize(JSON.parse(await readFile(reportFile, 'utf8')) as VitestReport) // vitest's own report
  // vitest also ends badly for what no test reports, such as an unhandled rejection.
  const unexplained = child.exitCode !== 0 && summary.failed === 0 && summary.notRun.length === 0
  return unexplained ? { ...summary, failed: 1 } : summary
}

async function rowsIn(folder: string): Promise<readonly FaultRow[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'))
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as FaultRow)) // by recordRow
}
