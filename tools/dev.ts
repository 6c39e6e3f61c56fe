import { spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { localConfiguration, startSurroundings } from './edge-surroundings.ts'
import { environment, ROOT } from './run.ts'
import { banner, step } from './start-banner.ts'

/** `wrangler dev` for contributors: builds anew at each change of a source. Around it the same as `npm start` has. */
const configuration = localConfiguration()
const { HOST: host, PORT: port, ACCI_DATA_DIR: dataDir } = configuration
mkdirSync(dataDir, { recursive: true })

const surroundings = await step('Start Postgres and bring its schema up to date', () =>
  startSurroundings(configuration),
)
// Arguments can be read by everybody on the machine, this file by its owner alone.
const variablesFile = join(dataDir, 'dev.vars')
const lines = Object.entries(surroundings.variables).map(([name, value]) => `${name}=${JSON.stringify(value)}\n`)
writeFileSync(variablesFile, lines.join(''), { mode: 0o600 })

const { runsOn, admin } = surroundings
const { email, generatedPassword: password } = admin
const address = `http://${host}:${port}`
process.stdout.write(banner({ address, runsOn, email, ...(password !== undefined && { password }) }))
admin.shown()

const wrangler = spawn(
  'wrangler',
  [
    'dev',
    `--ip=${host}`,
    `--port=${port}`,
    `--env-file=${variablesFile}`,
    `--persist-to=${join(dataDir, 'wrangler')}`,
    '--show-interactive-dev-session=false',
  ],
  {
    cwd: ROOT,
    env: { ...environment, WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false' },
    stdio: ['ignore', 'inherit', 'inherit'],
  },
)
let stopping = false
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    stopping = true
    wrangler.kill(signal)
  })
}
wrangler.once('exit', (code) => void end(code))

async function end(code: number | null): Promise<void> {
  rmSync(variablesFile, { force: true })
  await surroundings.stop()
  process.exit(stopping ? 0 : (code ?? 1))
}
