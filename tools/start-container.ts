import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildServer } from './build.ts'
import { banner, step } from './start-banner.ts'

/** Builds the container's server and runs it under plain Node, with an admin for a first look. */
const dataDir = process.env['ACCI_DATA_DIR'] ?? '.acci'
const { file } = await step('Build the server', buildServer)

// The password is printed once: the marker says that somebody has had the chance to read it.
const marker = join(dataDir, 'admin-password-printed')
const generated = process.env['ACCI_ADMIN_PASSWORD'] === undefined && !existsSync(marker)
const email = process.env['ACCI_ADMIN_EMAIL'] ?? 'admin@example.com'
const password = process.env['ACCI_ADMIN_PASSWORD'] ?? `Aa1!${randomBytes(15).toString('base64url')}`

const server = spawn(process.execPath, ['--enable-source-maps', file], {
  env: { ...process.env, ACCI_ADMIN_EMAIL: email, ACCI_ADMIN_PASSWORD: password },
  stdio: ['inherit', 'pipe', 'inherit'],
})
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => server.kill(signal))
server.on('exit', (code) => process.exit(code ?? 1))

server.stdout.on('data', (chunk: Buffer) => {
  process.stdout.write(chunk)
  const ready = /"message":"ready","address":"([^"]+)","runsOn":(\{[^}]*\})/.exec(chunk.toString())
  if (!ready?.[1] || !ready[2]) return
  const runsOn = JSON.parse(ready[2]) as Readonly<Record<string, string>> // the line just matched
  process.stdout.write(banner({ address: ready[1], runsOn, email, ...(generated && { password }) }))
  if (!generated) return
  mkdirSync(dataDir, { recursive: true })
  writeFileSync(marker, '')
})
