import { accessSync, constants } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'
import { installDebianPackage } from './debian-package.ts'

/** Debian's. */
const CHROMIUM = '/usr/bin/chromium'

function isThere(): boolean {
  try {
    accessSync(CHROMIUM, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Starts Debian's Chromium without a window; installs it first if need be. */
export async function startBrowser(): Promise<Browser | { readonly notRun: string }> {
  const reason = isThere() ? undefined : installDebianPackage('chromium')
  if (reason !== undefined) return { notRun: reason }
  // Root may not use the sandbox; what is opened is our own.
  return chromium.launch({ executablePath: CHROMIUM, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })
}
