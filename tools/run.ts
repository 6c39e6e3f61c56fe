import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'

/** The root of the repository. */
export const ROOT = join(import.meta.dirname, '..')

const BIN = join(ROOT, 'node_modules', '.bin')

/** The variables of this process, with the installed tools (and their Node) first on PATH. */
export const environment: NodeJS.ProcessEnv = { ...process.env, PATH: `${BIN}${delimiter}${process.env['PATH'] ?? ''}` }

/** How a program ended: `code` is null when a signal ended it; `output` is what it wrote, both channels in order. */
export interface Finished {
  readonly code: number | null
  readonly output: string
}

/** Runs a program of node_modules or of the machine at the root of the repository, and collects what it writes. */
export function run(command: string, args: readonly string[], cwd: string = ROOT): Promise<Finished> {
  const { promise, resolve, reject } = Promise.withResolvers<Finished>()
  const chunks: Buffer[] = []
  const child = spawn(command, args, { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.once('error', reject)
  child.once('close', (code) => resolve({ code, output: Buffer.concat(chunks).toString('utf8') }))
  return promise
}
