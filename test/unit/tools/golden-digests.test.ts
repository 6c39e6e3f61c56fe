import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { addGoldenDigests, goldenFaults } from '../../../tools/golden-digests.ts'

/** A folder of goldens, all of them listed. */
function folderOf(names: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'acci-goldens-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'events'))
  writeFileSync(join(folder, 'events.sha256'), '')
  const path = (name: string) => join(folder, 'events', `${name}.json`)
  const write = (name: string, content: object) => writeFileSync(path(name), JSON.stringify(content))
  for (const name of names) write(name, golden(name))
  addGoldenDigests(folder)
  return {
    folder,
    write,
    remove: (name: string) => rmSync(path(name)),
    list: () => readFileSync(join(folder, 'events.sha256'), 'utf8'),
  }
}

const golden = (name: string) => ({ schema: `schema of ${name}`, envelope: { type: name }, event: { data: {} } })

describe('the list of golden events', () => {
  it('holds while they are as they were, however they are understood and formatted', () => {
    const { folder, write } = folderOf(['a@1.0.0', 'b@1.0.0'])
    expect(goldenFaults(folder)).toEqual([])
    write('a@1.0.0', { ...golden('a@1.0.0'), event: { data: { lifted: true } } })
    expect(goldenFaults(folder)).toEqual([])
  })

  it.each([
    ['the schema', { schema: 'another' }],
    ['the stored event', { envelope: { type: 'c' } }],
    ['the key', { key: 'another' }],
  ])('refuses one whose %s has changed, also once it is written anew', (_, change) => {
    const { folder, write, list } = folderOf(['a@1.0.0'])
    const before = list()
    write('a@1.0.0', { ...golden('a@1.0.0'), ...change })
    expect(goldenFaults(folder)).toEqual([expect.stringMatching(/^a@1\.0\.0 has changed/)])
    expect(addGoldenDigests(folder)).toEqual([])
    expect(list()).toBe(before)
  })

  it('refuses one that is gone, and never forgets it', () => {
    const { folder, remove, list } = folderOf(['a@1.0.0', 'a@2.0.0'])
    const before = list()
    remove('a@1.0.0')
    expect(addGoldenDigests(folder)).toEqual([])
    expect(list()).toBe(before)
    expect(goldenFaults(folder)).toEqual([expect.stringMatching(/^a@1\.0\.0 is gone/)])
  })

  it('wants a new one listed, and then keeps it', () => {
    const { folder, write, list } = folderOf(['a@1.0.0'])
    const before = list()
    write('a@1.1.0', golden('a@1.1.0'))
    expect(goldenFaults(folder)).toEqual([expect.stringMatching(/^a@1\.1\.0 is not in the list/)])
    expect(addGoldenDigests(folder)).toEqual(['a@1.1.0'])
    expect(goldenFaults(folder)).toEqual([])
    expect(list()).toContain(before.trim())
  })
})
