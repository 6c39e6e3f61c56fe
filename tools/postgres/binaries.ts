import { accessSync, constants, readdirSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { installDebianPackage } from '../debian-package.ts'

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
function findBinaries(): string | undefined {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  const found = [...onPath, ...debianFolders()].find(
    (folder) => isProgram(join(folder, 'initdb')) && isProgram(join(folder, 'postgres')),
  )
  // A link in /usr/local/bin leads to the folder where initdb finds its own companions.
  return found === undefined ? undefined : dirname(realpathSync(join(found, 'initdb')))
}

/** The same, installed first if need be; else why there is none. */
export function findOrInstallBinaries(): { readonly folder: string } | { readonly notRun: string } {
  const found = findBinaries()
  const reason = found === undefined ? installDebianPackage('postgresql') : undefined
  if (reason !== undefined) return { notRun: reason }
  const folder = found ?? findBinaries()
  return folder === undefined ? { notRun: 'apt-get installed postgresql, but its initdb is nowhere' } : { folder }
}
