import type { Measuring } from '../measure/measuring.ts'
import { fsyncsDuring } from '../measure/fsyncs.ts'
import type { NotMeasured, Reading } from '../measure/reading.ts'
import type { Side } from '../sides/side.ts'
import { closed, open } from './commands.ts'

/** Target 4: all commands go to one tenant's Durable Object, in workerd. */
export async function oneObject(measuring: Measuring, edge: Side): Promise<readonly (Reading | NotMeasured)[]> {
  const loaded = await measuring.update('one Durable Object, open loop, 1000/s', edge, edge.many, open(1_000))
  await measuring.update('one Durable Object, 64 connections', edge, edge.many, closed(64))
  const cell = 'one Durable Object, 64 connections, fsyncs counted'
  const counted = await fsyncsDuring(edge.pid, () => measuring.update(cell, edge, edge.many, closed(64)))
  const what = 'one Durable Object, 64 connections, fsyncs a command'
  return [
    {
      target: 4,
      what: 'one Durable Object, 1000/s open loop, p95',
      goal: { atMost: 25 },
      value: loaded.p95,
      unit: 'ms',
    },
    'notCounted' in counted
      ? { target: 4, what, notMeasured: counted.notCounted }
      : { target: 4, what, goal: { atMost: 0.1 }, value: counted.fsyncs / counted.result.acknowledged },
  ]
}
