import { execFileSync } from 'node:child_process'
import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PIECE = Buffer.alloc(4_096)

/** A disk of its own that can be filled up: a file system in memory. */
export class SmallDisk {
  readonly folder: string
  readonly #ballast: string

  /**
   * Throws `not run: why` where nobody may mount one.
   *
   * @param megabytes its size
   */
  constructor(megabytes: number) {
    this.folder = mkdtempSync(join(tmpdir(), 'acci-small-disk-'))
    this.#ballast = join(this.folder, 'ballast')
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'acci-small-disk', this.folder], {
        stdio: ['ignore', 'ignore', 'pipe'],
      })
    } catch (fault) {
      rmSync(this.folder, { recursive: true })
      // `npm test` knows this start of the message, and reports the test as not run.
      throw new Error(`not run: a full disk needs a small file system, which cannot be mounted here`, { cause: fault })
    }
    // Whoever runs the database makes a folder of their own in it.
    chmodSync(this.folder, 0o777)
  }

  /** Takes all room there is left. What others give up meanwhile is taken the next time. */
  fill(): void {
    const file = openSync(this.#ballast, 'a')
    try {
      for (;;) writeSync(file, PIECE)
    } catch (fault) {
      if ((fault as NodeJS.ErrnoException).code !== 'ENOSPC') throw fault // what a write fails with
    } finally {
      closeSync(file)
    }
  }

  /** Gives the room back. */
  free(): void {
    rmSync(this.#ballast, { force: true })
  }

  remove(): void {
    execFileSync('umount', ['--lazy', this.folder])
    rmSync(this.folder, { recursive: true, force: true })
  }
}
