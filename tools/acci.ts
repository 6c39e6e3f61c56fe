import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { buildServer } from './build.ts'

/** Runs the operators' command line from the sources, built as in the container. */
const { file } = await buildServer()
const { status } = spawnSync(process.execPath, [join(dirname(file), 'acci.mjs'), ...process.argv.slice(2)], {
  stdio: 'inherit',
})
process.exitCode = status ?? 1
