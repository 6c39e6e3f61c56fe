import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installDebianPackage } from '../../tools/debian-package.ts'

const SOURCE = join(import.meta.dirname, 'shifted-clock.c')
const COMPILERS = ['cc', 'tcc']

/** The wall clock of the processes that are started with its environment. Their timers go on as they did. */
export class ShiftedClock {
  readonly environment: Readonly<Record<string, string>>
  readonly #folder = mkdtempSync(join(tmpdir(), 'acci-clock-'))
  readonly #offset: number

  /** Throws `not run: why` where the library that is preloaded cannot be made. */
  constructor() {
    const library = join(this.#folder, 'clock.so')
    const offset = join(this.#folder, 'offset')
    this.#offset = openSync(offset, 'w')
    this.shift(0)
    this.environment = { LD_PRELOAD: library, ACCI_CLOCK_OFFSET: offset }
    const why = compileOrInstallCompiler(library)
    if (why === undefined) return
    this.remove()
    // `npm test` knows this start of the message, and reports the test as not run.
    throw new Error(`not run: a shifted clock cannot be compiled: ${why}`)
  }

  /** From now on it is so many seconds ahead; negative: behind. */
  shift(seconds: number): void {
    const number = Buffer.alloc(8)
    number.writeBigInt64LE(BigInt(seconds))
    writeSync(this.#offset, number, 0, number.length, 0)
  }

  remove(): void {
    closeSync(this.#offset)
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

function compileOrInstallCompiler(library: string): string | undefined {
  if (process.platform !== 'linux') return `what is preloaded is written for Linux, not ${process.platform}`
  const why = compile(library)
  if (why === undefined) return undefined
  for (const name of ['tcc', 'libc6-dev']) {
    const notInstalled = installDebianPackage(name)
    if (notInstalled !== undefined) return `${why}; ${notInstalled}`
  }
  return compile(library)
}

/** Returns why it could not. */
function compile(library: string): string | undefined {
  const reasons: string[] = []
  for (const compiler of COMPILERS) {
    const options = ['-shared', '-fPIC', '-o', library, SOURCE]
    const { status, error, stderr } = spawnSync(compiler, options, { encoding: 'utf8' })
    if (status === 0) return undefined
    reasons.push(error?.message ?? stderr.trim())
  }
  return reasons.join('; ')
}
