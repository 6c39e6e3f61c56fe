import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { treeHash } from '../../../tools/tree-hash.ts'

async function tree(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'acci-tree-'))
  onTestFinished(() => rm(root, { recursive: true }))
  await mkdir(join(root, 'src'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, 'src', name), text)
  return treeHash(root, ['src', 'missing'])
}

it('is equal for equal trees, wherever they lie', async () => {
  expect(await tree({ a: '1', b: '2' })).toBe(await tree({ b: '2', a: '1' }))
})

it('changes with a content, a name, and where one file ends and the next begins', async () => {
  const hashes = [
    await tree({ a: '1', b: '2' }),
    await tree({ a: '1', b: '3' }),
    await tree({ a: '1', c: '2' }),
    await tree({ a: '1b2' }),
  ]
  expect(new Set(hashes).size).toBe(hashes.length)
})
