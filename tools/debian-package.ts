import { execFileSync, type ExecFileSyncOptions } from 'node:child_process'

/** Installs a package from the machine's own package source. Returns undefined when done, else why it could not. */
export function installDebianPackage(name: string): string | undefined {
  if (process.getuid?.() !== 0) return `${name} is not installed, and only root can install it`
  const options: ExecFileSyncOptions = {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }
  const install = ['install', '--yes', '--no-install-recommends', name]
  process.stderr.write(`installing ${name} with apt-get\n`)
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
    const reason = error instanceof Error ? error.message : String(error)
    return `${name} is not installed, and apt-get could not install it: ${reason}`
  }
}
