// npm run simulate: histories of the pipeline by their seeds.
import { parseArgs } from 'node:util'
import { runSeed, type SeedReport } from './run-seed.ts'
import { AS_IT_IS } from './variant.ts'
import { VARIANTS } from './variants.ts'

const USAGE = `npm run simulate -- --seed N [--variant NAME]     replays one seed, step by step
npm run simulate -- --seeds A..B [--variant NAME] tries many, and says which fail
variants: ${VARIANTS.map(({ name }) => name).join(', ')}`

const { values } = parseArgs({
  options: { seed: { type: 'string' }, seeds: { type: 'string' }, variant: { type: 'string', default: AS_IT_IS.name } },
})
const variant = [AS_IT_IS, ...VARIANTS].find(({ name }) => name === values.variant)
const range = /^(\d+)\.\.(\d+)$/.exec(values.seeds ?? '')

if (variant && values.seed !== undefined) await replay(Number(values.seed))
else if (variant && range) await explore(Number(range[1]), Number(range[2]))
else {
  console.error(USAGE)
  process.exitCode = 2
}

async function replay(seed: number): Promise<void> {
  const report = await runSeed(seed, {
    ...(variant && { variant }),
    onStep: (at, actor, what) => console.log(`${(at / 1_000).toFixed(3).padStart(10)} s  ${actor.padEnd(13)} ${what}`),
  })
  tell(report)
  const { steps, time, events, acknowledged, reads, deaths } = report
  console.log(
    `seed ${seed}: ${steps} steps, ${(time / 1_000).toFixed(0)} s of virtual time, ${events} events, ` +
      `${acknowledged} acknowledged, ${reads} reads with a token, ${deaths} deaths`,
  )
}

async function explore(from: number, to: number): Promise<void> {
  const before = process.cpuUsage()
  const failed: number[] = []
  for (let seed = from; seed <= to; seed++) {
    const report = await runSeed(seed, { ...(variant && { variant }) })
    if (report.violations.length > 0) failed.push(seed)
    tell(report)
  }
  const count = to - from + 1
  const { user, system } = process.cpuUsage(before)
  const each = ((user + system) / 1_000 / count).toFixed(1)
  console.log(`${count} seeds, ${failed.length} failed, ${each} ms of CPU time each`)
}

function tell({ seed, violations }: SeedReport): void {
  for (const { invariant, detail } of violations) console.log(`seed ${seed} breaks “${invariant}”: ${detail}`)
  if (violations.length > 0) process.exitCode = 1
}
