import { expect, it } from 'vitest'
import { runSeed } from './run-seed.ts'

/** Every history of these seeds ends well. The seed of one that does not is printed: `npm run simulate -- --seed N` replays it. */
export function historiesCases(from: number, to: number): void {
  it(`loses nothing, doubles nothing and comes to rest, in the histories ${from} to ${to}`, async () => {
    const failed: string[] = []
    const seen = { acknowledged: 0, reads: 0, deaths: 0, turns: 0, resumed: 0 }
    for (let seed = from; seed <= to; seed++) {
      const report = await runSeed(seed)
      for (const { invariant, detail } of report.violations)
        failed.push(`npm run simulate -- --seed ${seed}: “${invariant}”, ${detail}`)
      seen.acknowledged += report.acknowledged
      seen.reads += report.reads
      seen.deaths += report.deaths
      seen.turns += report.turns
      seen.resumed += report.resumed
    }
    expect(failed).toEqual([])
    // A simulation in which nothing happens would find nothing.
    const count = to - from + 1
    expect(seen.acknowledged).toBeGreaterThan(2 * count)
    expect(seen.reads).toBeGreaterThan(count)
    expect(seen.deaths).toBeGreaterThan(count)
    expect(seen.turns).toBeGreaterThan(count)
    expect(seen.resumed).toBeGreaterThan(count / 500)
  })
}
