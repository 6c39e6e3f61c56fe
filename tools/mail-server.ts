import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installDebianPackage } from './debian-package.ts'
import { freePort } from './free-port.ts'

const PACKAGE = 'python3-aiosmtpd'
/** Debian's own: another python3 on PATH does not have Debian's packages. */
const PYTHON = '/usr/bin/python3'
const READY_WITHIN = 10_000

export interface MailServer {
  /** `smtp://…` of it. */
  readonly url: string
  /** Every mail it has taken, as it lies in its mailbox. */
  mails(): Promise<readonly string[]>
  stop(): Promise<void>
}

const isThere = () => spawnSync(PYTHON, ['-c', 'import aiosmtpd']).status === 0

/** Starts Debian's aiosmtpd, which takes mails for everybody and keeps them in a folder; installs it first if need be. */
export async function startMailServer(): Promise<MailServer | { readonly notRun: string }> {
  const reason = isThere() ? undefined : installDebianPackage(PACKAGE)
  if (reason !== undefined) return { notRun: reason }
  const folder = await mkdtemp(join(tmpdir(), 'acci-mail-'))
  const port = await freePort()
  const mailbox = join(folder, 'mailbox')
  const child = spawn(
    PYTHON,
    ['-m', 'aiosmtpd', '-n', '-l', `127.0.0.1:${port}`, '-c', 'aiosmtpd.handlers.Mailbox', mailbox],
    { stdio: 'ignore' },
  )
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await answers(port)
  return {
    url: `smtp://127.0.0.1:${port}`,
    async mails() {
      const arrived = join(mailbox, 'new')
      const names = await readdir(arrived).catch(() => [])
      return Promise.all(names.map((name) => readFile(join(arrived, name), 'utf8')))
    },
    async stop() {
      child.kill()
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function answers(port: number): Promise<void> {
  const deadline = Date.now() + READY_WITHIN
  while (Date.now() < deadline) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve(true)
      })
      socket.once('error', () => resolve(false))
    })
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('the mail server did not start')
}
