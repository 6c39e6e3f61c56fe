import { setTimeout as delay } from 'node:timers/promises'
import type { Ending, Sender } from './order.ts'

/** An operation that is to be sent. Instants of performance.now(). */
interface Arrival {
  /** When it was to be sent. */
  readonly due: number
  /** When the generator had it ready, whether or not a connection was free. */
  readonly ready: number
}

/** What happened to it. */
export interface Observed extends Arrival {
  readonly done: number
  readonly ending: Ending
}

export type Observe = (operation: Observed) => void

/** Each connection sends its next when its last is answered, until an instant. */
export async function closedLoop(sender: Sender, connections: number, until: number, observe: Observe): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let open = connections
  const next = (connection: number): void => {
    const sent = performance.now()
    if (sent >= until) {
      if (--open === 0) resolve()
      return
    }
    sender.send(connection, (ending) => {
      observe({ due: sent, ready: sent, done: performance.now(), ending })
      next(connection)
    })
  }
  for (let connection = 0; connection < connections; connection++) next(connection)
  await promise
}

/** Time until what has arrived within the load must have been answered, milliseconds. */
const DRAIN_MS = 10_000
/** Timers count in whole milliseconds: whatever is due by the next is sent by the one that fires. */
const TICK_MS = 1

/** Requests arrive by chance at a rate, until an instant; those for which no connection is free wait their turn. */
export async function openLoop(
  sender: Sender,
  {
    connections,
    perSecond,
    until,
  }: { readonly connections: number; readonly perSecond: number; readonly until: number },
  observe: Observe,
): Promise<void> {
  const free = Array.from({ length: connections }, (_, connection) => connection)
  const waiting: Arrival[] = []
  const underWay = new Set<Arrival>()
  const gap = () => (-Math.log(1 - Math.random()) * 1_000) / perSecond
  const start = (connection: number, arrival: Arrival): void => {
    underWay.add(arrival)
    sender.send(connection, (ending) => {
      underWay.delete(arrival)
      observe({ ...arrival, done: performance.now(), ending })
      const next = waiting.shift()
      if (next === undefined) free.push(connection)
      else start(connection, next)
    })
  }
  for (let due = performance.now() + gap(); due < until;) {
    const ready = performance.now()
    if (due > ready) {
      await delay(TICK_MS)
      continue
    }
    const connection = free.pop()
    if (connection === undefined) waiting.push({ due, ready })
    else start(connection, { due, ready })
    due += gap()
  }
  const deadline = performance.now() + DRAIN_MS
  while (underWay.size > 0 && performance.now() < deadline) await delay(TICK_MS)
  const done = performance.now()
  const unanswered: Ending = { kind: 'lost', why: `not answered ${DRAIN_MS / 1_000} s after the load` }
  for (const arrival of underWay) observe({ ...arrival, done, ending: unanswered })
  const unsent: Ending = { kind: 'refused', why: `not sent ${DRAIN_MS / 1_000} s after the load` }
  for (const arrival of waiting) observe({ ...arrival, done, ending: unsent })
}
