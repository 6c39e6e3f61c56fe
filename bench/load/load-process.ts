// The load generator, started by run-load.ts in a process of its own.
import { setTimeout as delay } from 'node:timers/promises'
import { closedLoop, openLoop, type Observed } from './loops.ts'
import { Observations } from './observations.ts'
import type { LoadMessage, LoadOrder, Measured, Sender } from './order.ts'
import { senderOf } from './senders.ts'

/** Connections of an open loop: more than a server that keeps up ever needs. */
const OPEN_CONNECTIONS = 256

const tell = (message: LoadMessage): void => void process.send?.(message)

/** Tells where the measured time begins and ends; returns the CPU time of this process within it, microseconds. */
async function clock({ warmUpMs, measureMs }: LoadOrder): Promise<number> {
  await delay(warmUpMs)
  tell({ type: 'measuring' })
  const before = process.cpuUsage()
  await delay(measureMs)
  const { user, system } = process.cpuUsage(before)
  tell({ type: 'measured' })
  return user + system
}

async function drive(order: LoadOrder, sender: Sender): Promise<Measured> {
  const { arrivals } = order
  const observations = new Observations(order)
  const { until } = observations
  const observe = (operation: Observed): void => observations.add(operation)
  const loop =
    arrivals.kind === 'closed'
      ? closedLoop(sender, arrivals.connections, until, observe)
      : openLoop(sender, { connections: OPEN_CONNECTIONS, perSecond: arrivals.perSecond, until }, observe)
  const [micros] = await Promise.all([clock(order), loop])
  return observations.measured(micros, sender.positions)
}

async function run(order: LoadOrder): Promise<void> {
  const { arrivals, work } = order
  const sender = await senderOf(work, arrivals.kind === 'closed' ? arrivals.connections : OPEN_CONNECTIONS)
  try {
    tell({ type: 'result', result: await drive(order, sender) })
  } finally {
    await sender.close()
  }
}

process.once('message', (received) => {
  run(received as LoadOrder).catch((fault: unknown) =>
    // run-load.ts sends nothing else
    tell({ type: 'fault', message: fault instanceof Error ? fault.message : String(fault) }),
  )
})
