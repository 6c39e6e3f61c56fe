import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Finished, ROOT, run } from '../../tools/run.ts'

// Misconfigured, both tools pass in silence: only a planted fault shows that they look at all.

const CONFIGURATION = [
  '.dependency-cruiser.cjs',
  '.oxlintrc.json',
  'package.json',
  'worker-configuration.d.ts',
  ...['base', 'core', 'workerd', 'node', 'test', 'test-workerd'].map((program) => `tsconfig.${program}.json`),
  'tsconfig.json',
]

const SOUND = {
  'src/common/position.ts': "import { z } from 'zod'\n\nexport const Position = z.int().positive()\n",
  'src/domain/ports/log.ts': 'export interface Log {\n  readonly head: number\n}\n',
  'src/domain/tenant/head.ts':
    "import { Position } from '#common/position.ts'\nimport type { Log } from '#domain/ports/log.ts'\n\nexport const head = (log: Log): number => Position.parse(log.head)\n",
  'src/infrastructure/node/file-log.ts':
    "import { readFileSync } from 'node:fs'\nimport type { Log } from '#domain/ports/log.ts'\n\nexport const fileLog = (path: string): Log => ({ head: readFileSync(path).length })\n",
  'src/infrastructure/workerd/edge-log.ts':
    "import type { Log } from '#domain/ports/log.ts'\n\nexport const edgeLog: Log = { head: 1 }\n",
}

/** Each planted file, the rules of dependency-cruiser that must name it, and the rule of oxlint. */
const PLANTED = [
  {
    fault: 'a domain that imports an adapter by its alias',
    file: 'src/domain/tenant/adapter.ts',
    text: "import { fileLog } from '#infrastructure/node/file-log.ts'\n\nexport const log = fileLog('x')\n",
    importRules: ['domain-sees-common'],
    lintRule: 'no-restricted-imports',
  },
  {
    fault: 'a domain that imports an adapter by its path',
    file: 'src/domain/tenant/adapter-path.ts',
    text: "import { fileLog } from '../../infrastructure/node/file-log.ts'\n\nexport const log = fileLog('x')\n",
    importRules: ['domain-sees-common'],
    lintRule: 'no-restricted-imports',
  },
  {
    fault: 'a domain that imports a module of Node',
    file: 'src/domain/tenant/files.ts',
    text: "import { readFileSync } from 'node:fs'\n\nexport const read = (path: string): number => readFileSync(path).length\n",
    importRules: ['core-knows-no-node'],
    lintRule: 'no-restricted-imports',
  },
  {
    fault: 'an API that imports a module of workerd',
    file: 'src/api/edge.ts',
    text: "import { env } from 'cloudflare:workers'\n\nexport const bindings = env\n",
    importRules: ['core-knows-no-cloudflare'],
    lintRule: 'no-restricted-imports',
  },
  {
    fault: 'a common module that imports the domain',
    file: 'src/common/upwards.ts',
    text: "import type { Log } from '#domain/ports/log.ts'\n\nexport const head = (log: Log): number => log.head\n",
    importRules: ['common-is-the-bottom'],
    lintRule: 'no-restricted-imports',
  },
  {
    fault: 'an edge adapter that imports a container adapter',
    file: 'src/infrastructure/workerd/borrowed.ts',
    text: "import { fileLog } from '#infrastructure/node/file-log.ts'\n\nexport const log = fileLog('x')\n",
    importRules: ['edge-never-sees-container'],
    lintRule: 'no-restricted-imports',
  },
  {
    fault: 'a type hole',
    file: 'src/domain/tenant/hole.ts',
    text: 'export const hole = (value: any): number => value\n',
    importRules: [],
    lintRule: 'no-explicit-any',
  },
  {
    fault: 'a forgotten promise, which only a linter that knows the types can see',
    file: 'src/domain/tenant/forgotten.ts',
    text: 'const work = async (): Promise<void> => {}\n\nexport const forget = (): void => {\n  work()\n}\n',
    importRules: [],
    lintRule: 'no-floating-promises',
  },
]

const tree = await mkdtemp(join(tmpdir(), 'acci-planted-'))
afterAll(() => rm(tree, { recursive: true }))

const plant = async (file: string, text: string): Promise<void> => {
  await mkdir(dirname(join(tree, file)), { recursive: true })
  await writeFile(join(tree, file), text)
}
const cruise = (): Promise<Finished> => run('depcruise', ['--no-progress', 'src'], tree)
const lint = (): Promise<Finished> => run('oxlint', ['--type-aware', '--format=unix'], tree)
/** The lines that name the file and the rule, whatever stands around them. */
const findings = ({ output }: Finished, file: string, rule: string): string[] =>
  output.split('\n').filter((line) => line.includes(file) && line.includes(rule))

beforeAll(async () => {
  for (const name of CONFIGURATION) await cp(join(ROOT, name), join(tree, name))
  await symlink(join(ROOT, 'node_modules'), join(tree, 'node_modules'))
  for (const [file, text] of Object.entries(SOUND)) await plant(file, text)
})

describe('a sound tree', () => {
  it('passes dependency-cruiser, which has seen its modules', async () => {
    const { code, output } = await cruise()
    expect(output).toMatch(/no dependency violations found \([1-9]\d* modules/)
    expect(code).toBe(0)
  })

  it('passes oxlint', async () => {
    const { code, output } = await lint()
    expect(output).toBe('')
    expect(code).toBe(0)
  })
})

describe('a tree with planted faults', () => {
  let [imports, lints]: Finished[] = []

  beforeAll(async () => {
    for (const { file, text } of PLANTED) await plant(file, text)
    imports = await cruise()
    lints = await lint()
  })

  it('fails both tools', () => {
    expect(imports?.code).not.toBe(0)
    expect(lints?.code).not.toBe(0)
  })

  it.each(PLANTED)('$fault is found in $file', ({ file, importRules, lintRule }) => {
    if (imports === undefined || lints === undefined) throw new Error('the tools did not run')
    expect(findings(lints, file, lintRule)).toHaveLength(1)
    const cruised = imports
    expect(importRules.filter((rule) => findings(cruised, file, rule).length === 1)).toEqual(importRules)
  })
})
