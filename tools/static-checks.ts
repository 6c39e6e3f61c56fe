import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildServer, buildWorker } from './build.ts'
import { goldenFaults } from './golden-digests.ts'
import { type Finished, ROOT, run } from './run.ts'

/**
 * How a check ended. `network` marks what needs the public network: a closed network is no fault of the tree, so it may
 * stay "not run" in CI too.
 */
export type Verdict =
  | { readonly kind: 'passed'; readonly detail?: string }
  | { readonly kind: 'failed'; readonly output: string }
  | { readonly kind: 'notRun'; readonly why: string; readonly network: boolean }

/** One static check, by the name that `npm run check` prints. */
export interface StaticCheck {
  readonly name: string
  run(): Promise<Verdict>
}

const PROGRAMS = ['core', 'workerd', 'node', 'test', 'test-workerd'] as const

// What the Worker's bundle must never import: modules that workerd lacks or that only the container may use.
const FORBIDDEN_IN_WORKER =
  /(?:\bfrom|\bimport|\bimport\(|\brequire\()\s*["'](?:node:)?(?:child_process|worker_threads|cluster|dgram|http2|vm|pg|pg-native|@electric-sql\/pglite|@hono\/node-server)["']/g

const verdict = ({ code, output }: Finished): Verdict => (code === 0 ? { kind: 'passed' } : { kind: 'failed', output })

const tool = (name: string, command: string, args: readonly string[]): StaticCheck => ({
  name,
  run: async () => verdict(await run(command, args)),
})

/** A wrong configuration makes dependency-cruiser see nothing and find no fault in it. */
async function importRules(): Promise<Verdict> {
  const folders = ['src', 'durable-objects', 'tools', 'bench', 'test'].filter((folder) =>
    existsSync(join(ROOT, folder)),
  )
  const finished = await run('depcruise', ['--no-progress', ...folders])
  if (finished.code !== 0) return verdict(finished)
  const modules = Number(/\((\d+) modules/.exec(finished.output)?.[1] ?? 0)
  return modules > 0
    ? { kind: 'passed', detail: `${modules} modules` }
    : { kind: 'failed', output: `dependency-cruiser saw no modules:\n${finished.output}` }
}

async function bundles(): Promise<Verdict> {
  try {
    const built = [await buildWorker(), await buildServer()]
    return { kind: 'passed', detail: built.every(({ fresh }) => !fresh) ? 'up to date' : 'built' }
  } catch (error) {
    return { kind: 'failed', output: error instanceof Error ? error.message : String(error) }
  }
}

async function forbiddenInWorker(): Promise<Verdict> {
  const path = join(ROOT, 'dist', 'worker', 'worker.js')
  if (!existsSync(path)) return { kind: 'failed', output: 'there is no bundle of the Worker' }
  const found = [...new Set((await readFile(path, 'utf8')).match(FORBIDDEN_IN_WORKER))]
  return found.length === 0
    ? { kind: 'passed' }
    : { kind: 'failed', output: `the Worker's bundle imports:\n${found.join('\n')}` }
}

function goldens(): Verdict {
  const faults = goldenFaults()
  return faults.length === 0 ? { kind: 'passed' } : { kind: 'failed', output: faults.join('\n') }
}

/** What git leaves in a file that a merge could not put together. */
async function conflicts(): Promise<Verdict> {
  const { code, output } = await run('git', ['grep', '--line-number', '--extended-regexp', '^(<{7}|>{7}) '])
  // 1: there is no such line.
  return code === 1 ? { kind: 'passed' } : { kind: 'failed', output }
}

/** npm prints one JSON document: a report with counts by severity, or a message why there is none. */
async function audit(): Promise<Verdict> {
  const { output } = await run('npm', ['audit', '--omit=dev', '--json'])
  const start = output.indexOf('{')
  // The shape is npm's: every member is looked at before it is used.
  const report: unknown = start < 0 ? {} : JSON.parse(output.slice(start, output.lastIndexOf('}') + 1))
  const counts = member(member(report, 'metadata'), 'vulnerabilities')
  if (counts === undefined) {
    const message = member(report, 'message') ?? member(member(report, 'error'), 'summary')
    const why = `npm audit: ${typeof message === 'string' ? message.split(/ - |\n/)[0] : 'no answer'}`
    return { kind: 'notRun', why, network: true }
  }
  const grave = Number(member(counts, 'high') ?? 0) + Number(member(counts, 'critical') ?? 0)
  return grave === 0 ? { kind: 'passed' } : { kind: 'failed', output }
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && key in value
    ? Object.entries(value).find(([k]) => k === key)?.[1]
    : undefined
}

/** Every static check, in the order they run: the cheap ones first, and those of the bundles after the build. */
export const STATIC_CHECKS: readonly StaticCheck[] = [
  tool('format (oxfmt)', 'oxfmt', ['--check', '.']),
  { name: 'conflict markers (git grep)', run: conflicts },
  { name: 'golden events', run: async () => goldens() },
  tool('environment types (wrangler types)', 'npm', ['run', '--silent', 'types', '--', '--check']),
  ...PROGRAMS.map((program) => tool(`types ${program} (tsc)`, 'tsc', ['-p', `tsconfig.${program}.json`])),
  tool('lint (oxlint)', 'oxlint', ['--type-aware']),
  { name: 'import rules (dependency-cruiser)', run: importRules },
  tool('unused code (knip)', 'knip', []),
  { name: 'build', run: bundles },
  tool('bundle size (size-limit)', 'size-limit', []),
  { name: 'forbidden imports in the Worker', run: forbiddenInWorker },
  { name: 'known vulnerabilities (npm audit)', run: audit },
]
