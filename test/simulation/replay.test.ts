import { expect, it } from 'vitest'
import { runSeed } from './run-seed.ts'

/** Everything that happens, as it is printed. */
async function traceOf(seed: number): Promise<readonly string[]> {
  const trace: string[] = []
  await runSeed(seed, { onStep: (at, actor, what) => trace.push(`${at} ${actor} ${what}`) })
  return trace
}

it('a seed is one history: it happens the same again, watched or not', async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const trace = await traceOf(seed)
    expect(trace.length).toBeGreaterThan(100)
    expect(await traceOf(seed)).toEqual(trace)
  }
  const watched = await runSeed(3, { onStep: () => undefined })
  expect(await runSeed(3)).toEqual(watched)
  expect((await traceOf(4)).slice(0, 50)).not.toEqual((await traceOf(3)).slice(0, 50))
})
