import { execFileSync, type ExecFileSyncOptions } from 'node:child_process'
import { accessSync, constants, readdirSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

const DEBIAN_ROOT = '/usr/lib/postgresql'

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function debianFolders(): string[] {
  try {
    const versions = readdirSync(DEBIAN_ROOT).toSorted((a, b) => Number(b) - Number(a))
    return versions.map((version) => join(DEBIAN_ROOT, version, 'bin'))
  } catch {
    return []
  }
}

/** The folder that holds `initdb` and `postgres`, searched on PATH and where Debian keeps them; undefined if nowhere. */
export function findBinaries(): string | undefined {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const found = [...onPath, ...debianFolders()].find(
    (folder) => isProgram(join(folder, 'initdb')) && isProgram(join(folder, 'postgres')),
  )
  // A link in /usr/local/bin leads to the folder where initdb finds its own companions.
  return found === undefined ? undefined : dirname(realpathSync(join(found, 'initdb')))
}

/** Installs PostgreSQL from the machine's own package source. Returns undefined when done, else why it could not. */
export function installBinaries(): string | undefined {
  if (process.getuid?.() !== 0) return 'PostgreSQL is not installed, and only root can install it'
  const options: ExecFileSyncOptions = {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }
  const install = ['install', '--yes', '--no-install-recommends', 'postgresql']
  process.stderr.write('installing postgresql with apt-get\n')
  try {
    execFileSync('apt-get', install, options)
    return undefined
  } catch {
    // The package lists may be missing or old: refresh them once.
  }
  try {
    execFileSync('apt-get', ['update'], options)
    execFileSync('apt-get', install, options)
    return undefined
  } catch (error) {
    return `PostgreSQL is not installed, and apt-get could not install it: ${error instanceof Error ? error.message : String(error)}`
  }
}
