import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installDebianPackage } from '../../tools/debian-package.ts'
import { run } from '../../tools/run.ts'
import { processTree } from './cpu-time.ts'

type Counted<Result> =
  | { readonly fsyncs: number; readonly result: Result }
  | { readonly notCounted: string; readonly result: Result }

async function straceMissing(): Promise<string | undefined> {
  const found = await run('strace', ['--version']).catch(() => undefined)
  return found?.code === 0 ? undefined : installDebianPackage('strace')
}

/**
 * Counts how often a process and its descendants ask the disk to keep what they have written, while some work goes on. Each
 * call of theirs is slowed down by that, so the work's own speed means nothing.
 */
export async function fsyncsDuring<Result>(root: number, work: () => Promise<Result>): Promise<Counted<Result>> {
  const missing = await straceMissing()
  if (missing !== undefined) return { notCounted: missing, result: await work() }
  const folder = mkdtempSync(join(tmpdir(), 'acci-bench-'))
  try {
    const file = join(folder, 'fsyncs')
    const pids = processTree(root).flatMap((pid) => ['-p', String(pid)])
    const strace = spawn('strace', ['-f', '-qq', '-e', 'trace=fsync,fdatasync', '-o', file, ...pids], {
      stdio: 'ignore',
    })
    const exited = once(strace, 'exit')
    const result = await work()
    const attached = strace.exitCode === null
    strace.kill('SIGINT')
    await exited
    if (!attached) return { notCounted: 'strace may not look at other processes here', result }
    // A call that another thread interrupted is written in two lines, of which one says “resumed”.
    const calls = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => /f(data)?sync\(/.test(line))
    return { fsyncs: calls.length, result }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
