import { findOrInstallRedis } from './provision.ts'

/**
 * Global setup of the vitest project `node`: only sees to it that there is a Redis, before several files want to install one at
 * the same time. Files that need one start their own, and say why there is none.
 */
export default function setup(): void {
  findOrInstallRedis()
}
