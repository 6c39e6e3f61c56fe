import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ERRORS } from '#common/errors.ts'

const ROOT = join(import.meta.dirname, '../../..')
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

/** The refusal codes a source file names. */
const codesOf = (source: string) =>
  [
    ...new Set(
      [...source.matchAll(/refuse(?:Field)?\(\s*(?:'\/[^']*',\s*)?'([a-z_.]+)'/g)].map(([, code]) => code ?? ''),
    ),
  ].filter((code) => Object.hasOwn(ERRORS, code))

const commands = globSync('src/domain/*/commands/*.ts', { cwd: ROOT }).toSorted()
const rules = [
  'src/domain/tenant/tenant-rules.ts',
  'src/domain/user/user-rules.ts',
  'src/domain/writer/decide-batch.ts',
  'src/domain/writer/principal.ts',
]

describe('every refusal', () => {
  it.each(commands)('that %s gives is asserted in the test of the same name', (path) => {
    const test = path.replace('src/', 'test/unit/').replace('.ts', '.test.ts')
    expect(existsSync(join(ROOT, test)), test).toBe(true)
    const text = read(test)
    expect(codesOf(read(path)).filter((code) => !text.includes(`'${code}'`))).toEqual([])
  })

  it.each(rules)('that %s gives is asserted somewhere', (path) => {
    const texts = globSync('test/unit/domain/**/*.test.ts', { cwd: ROOT })
      .map((test) => read(test))
      .join('\n')
    const codes = codesOf(read(path))
    expect(codes.length).toBeGreaterThan(0)
    expect(codes.filter((code) => !texts.includes(`'${code}'`))).toEqual([])
  })
})
