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
