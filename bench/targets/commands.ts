import type { Arrivals } from '../load/order.ts'
import type { Measuring } from '../measure/measuring.ts'
import type { Reading } from '../measure/reading.ts'
import type { Run } from '../measure/cell.ts'
import { handOut, type Side } from '../sides/side.ts'

export const closed = (connections: number): Arrivals => ({ kind: 'closed', connections })
export const open = (perSecond: number): Arrivals => ({ kind: 'open', perSecond })

/** The product in its container, and who does the same beside it. */
export interface Contenders {
  readonly product: Side
  readonly emmett: Side
  readonly nest: Side
  readonly crud: Side
}

const SINGLE = 'many tenants, 1 connection'
const MANY = 'many tenants'
export const HOT = 'one hot user'

/** What a command costs a side and its database, in microseconds of CPU time; not known on every machine. */
export const cpuMicros = ({ sideMicros = Number.NaN, databaseMicros = Number.NaN }: Run): number =>
  sideMicros + databaseMicros

/** Ours beside theirs, in two ways: the rates, and the CPU time a command, which holds however busy the machine is. */
function ratios(cell: string, peer: string, atLeast: number, ours: Run, theirs: Run): readonly Reading[] {
  const goal = { atLeast }
  const target = cell === HOT ? 2 : 1
  const work = cpuMicros(theirs) / cpuMicros(ours)
  return [
    { target, what: `${cell}, rate ÷ ${peer}`, goal, value: ours.perSecond / theirs.perSecond },
    ...(Number.isNaN(work) ? [] : [{ target, what: cpuRatio(cell, peer), goal, value: work }]),
  ]
}

/** How the table calls the ratio of CPU times: as many times more a peer takes for a command. */
const cpuRatio = (cell: string, peer: string): string => `${cell}, CPU time of ${peer} ÷ ours`

/** Target 1: durable commands of many tenants, 16 at a time. */
export async function manyTenants(
  measuring: Measuring,
  { product, emmett, nest, crud }: Contenders,
): Promise<readonly Reading[]> {
  const run = (side: Side) => measuring.update(`${MANY}, 16 connections`, side, side.many, closed(16))
  const ours = await run(product)
  const [withEmmett, withNest, withCrud] = [await run(emmett), await run(nest), await run(crud)]
  const readings = [
    ...ratios(MANY, emmett.name, 5, ours, withEmmett),
    ...ratios(MANY, nest.name, 2, ours, withNest),
    ...ratios(MANY, crud.name, 1, ours, withCrud),
  ]
  const value = cpuMicros(ours)
  if (Number.isNaN(value)) return readings
  const cpu = {
    target: 1,
    what: 'CPU time a command, product and PostgreSQL',
    goal: { atMost: 200 },
    value,
    unit: 'µs',
  }
  return [...readings, cpu]
}

/**
 * Target 2: one user whom all 16 connections change. Each side's user is one whom nobody has changed before.
 *
 * @param andNest shows Nest too, of which the target says nothing
 */
export function hotAggregate(measuring: Measuring, { product, emmett, nest, crud }: Contenders, andNest: boolean) {
  const next = new Map([product, emmett, nest, crud].map((side) => [side, handOut(side.hot)]))
  const run = (side: Side) => {
    const user = next.get(side)?.()
    return measuring.update(`${HOT}, 16 connections`, side, user ? [user] : [], closed(16))
  }
  return async (): Promise<readonly Reading[]> => {
    const ours = await run(product)
    const [withEmmett, withCrud] = [await run(emmett), await run(crud)]
    if (andNest) await run(nest)
    return [...ratios(HOT, emmett.name, 30, ours, withEmmett), ...ratios(HOT, crud.name, 1, ours, withCrud)]
  }
}

/** Target 3: a single client, beside a plain insert and an empty HTTP request. @param hello the server without work */
export async function singleClient(measuring: Measuring, product: Side, hello: string): Promise<readonly Reading[]> {
  const insertWork = { kind: 'insert', databaseUrl: measuring.server.insertUrl } as const
  const insert = await measuring.floor(SINGLE, 'plain insert', insertWork, closed(1))
  const helloWork = { kind: 'update', url: hello, users: product.many } as const
  const http = await measuring.floor(SINGLE, 'empty request', helloWork, closed(1))
  const ours = await measuring.update(SINGLE, product, product.many, closed(1))
  return [
    {
      target: 3,
      what: 'single client, p50 ÷ (plain insert + empty request)',
      goal: { atMost: 2 },
      value: ours.p50 / (insert.p50 + http.p50),
    },
  ]
}

/** What a single client sees of the peers, of which no target says anything. */
export async function singleClientOfPeers(measuring: Measuring, { emmett, nest, crud }: Contenders): Promise<void> {
  for (const side of [emmett, nest, crud]) await measuring.update(SINGLE, side, side.many, closed(1))
}
