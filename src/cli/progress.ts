import type { CliContext } from './context.ts'

/** Milliseconds between two lines of progress. */
const EVERY = 500
const WIDTH = 30

export interface Progress {
  advance(events: number): void
  end(): void
}

/** Tells how many events are done, how fast, and how long it will take: as a bar for people, as JSON for machines. */
export function progressBar({ note, out }: CliContext, total: number, json: boolean): Progress {
  const began = performance.now()
  let [done, toldAt] = [0, 0]
  const tell = () => {
    const seconds = Math.max((performance.now() - began) / 1_000, 0.001)
    const rate = Math.round(done / seconds)
    const remaining = rate === 0 ? undefined : Math.ceil(Math.max(0, total - done) / rate)
    if (json) {
      out(JSON.stringify({ progress: { events: done, total, perSecond: rate, secondsRemaining: remaining ?? null } }))
      return
    }
    const filled = total === 0 ? WIDTH : Math.min(WIDTH, Math.floor((done / total) * WIDTH))
    const bar = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}`
    note(`${bar} ${done}/${total} events, ${rate}/s${remaining === undefined ? '' : `, ${remaining} s left`}`)
  }
  return {
    advance(events) {
      done += events
      if (performance.now() - toldAt < EVERY) return
      toldAt = performance.now()
      tell()
    },
    end: tell,
  }
}
