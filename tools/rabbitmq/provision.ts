import { accessSync, constants, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { installDebianPackage } from '../debian-package.ts'

// Not the program on PATH: Debian's wrapper hands over to an account of its own, and with it our files and our settings.
const DEBIAN_ROOT = '/usr/lib/rabbitmq/lib'

/** The program that starts a RabbitMQ, or why there is none to test with. */
export type RabbitMqProgram = { readonly program: string } | { readonly notRun: string }

function findProgram(): string | undefined {
  try {
    return readdirSync(DEBIAN_ROOT)
      .toSorted()
      .toReversed()
      .map((version) => join(DEBIAN_ROOT, version, 'sbin', 'rabbitmq-server'))
      .find((path) => {
        accessSync(path, constants.X_OK)
        return true
      })
  } catch {
    return undefined
  }
}

/** Finds RabbitMQ where Debian keeps it, or installs it from there when it may. */
export function provisionRabbitMq(): RabbitMqProgram {
  const found = findProgram()
  const reason = found === undefined ? installDebianPackage('rabbitmq-server') : undefined
  if (reason !== undefined) return { notRun: reason }
  const program = found ?? findProgram()
  return program === undefined
    ? { notRun: 'apt-get installed rabbitmq-server, but its program is nowhere' }
    : { program }
}
