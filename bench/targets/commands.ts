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

const ratio = (target: number, what: string, atLeast: number, ours: Run, theirs: Run): Reading => ({
  target,
  what,
  goal: { atLeast },
  value: ours.perSecond / theirs.perSecond,
})

/** Target 1: durable commands of many tenants, 16 at a time. */
export async function manyTenants(
  measuring: Measuring,
  { product, emmett, nest, crud }: Contenders,
): Promise<readonly Reading[]> {
  const run = (side: Side) => measuring.update('many tenants, 16 connections', side, side.many, closed(16))
  const ours = await run(product)
  const [withEmmett, withNest, withCrud] = [await run(emmett), await run(nest), await run(crud)]
  const readings = [
    ratio(1, 'many tenants, rate ÷ emmett-postgresql', 5, ours, withEmmett),
    ratio(1, 'many tenants, rate ÷ Nest CQRS', 2, ours, withNest),
    ratio(1, 'many tenants, rate ÷ Fastify CRUD', 1, ours, withCrud),
  ]
  const { sideMicros, databaseMicros } = ours
  if (sideMicros === undefined || databaseMicros === undefined) return readings
  const cpu = {
    target: 1,
    what: 'CPU time a command, product and PostgreSQL',
    goal: { atMost: 200 },
    value: sideMicros + databaseMicros,
    unit: 'µs',
  }
  return [...readings, cpu]
}

/** Target 2: one user whom all 16 connections change. Each side's user is one whom nobody has changed before. */
export function hotAggregate(measuring: Measuring, { product, emmett, nest, crud }: Contenders) {
  const next = new Map([product, emmett, nest, crud].map((side) => [side, handOut(side.hot)]))
  const run = (side: Side) => {
    const user = next.get(side)?.()
    return measuring.update('one hot user, 16 connections', side, user ? [user] : [], closed(16))
  }
  return async (): Promise<readonly Reading[]> => {
    const ours = await run(product)
    const [withEmmett, withCrud] = [await run(emmett), await run(crud)]
    await run(nest)
    return [
      ratio(2, 'one hot user, rate ÷ emmett-postgresql', 30, ours, withEmmett),
      ratio(2, 'one hot user, rate ÷ Fastify CRUD', 1, ours, withCrud),
    ]
  }
}

/** Target 3: a single client, beside a plain insert and an empty HTTP request. @param hello the server without work */
export async function singleClient(
  measuring: Measuring,
  { product, emmett, nest, crud }: Contenders,
  hello: string,
): Promise<readonly Reading[]> {
  const cell = 'many tenants, 1 connection'
  const insertWork = { kind: 'insert', databaseUrl: measuring.server.insertUrl } as const
  const insert = await measuring.floor(cell, 'plain insert', insertWork, closed(1))
  const http = await measuring.floor(
    cell,
    'empty request',
    { kind: 'update', url: hello, users: product.many },
    closed(1),
  )
  const ours = await measuring.update(cell, product, product.many, closed(1))
  for (const side of [emmett, nest, crud]) await measuring.update(cell, side, side.many, closed(1))
  return [
    {
      target: 3,
      what: 'single client, p50 ÷ (plain insert + empty request)',
      goal: { atMost: 2 },
      value: ours.p50 / (insert.p50 + http.p50),
    },
  ]
}
