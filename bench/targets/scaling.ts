import type { Measuring } from '../measure/measuring.ts'
import type { Reading } from '../measure/reading.ts'
import type { Side } from '../sides/side.ts'
import { closed, cpuMicros } from './commands.ts'

const LONG = 10_000

/** Gives a user of the product a history of 10,000 events. */
export const makeLong = (measuring: Measuring, product: Side): Promise<void> =>
  measuring.fill(product, product.hot.slice(-1), LONG)

/**
 * Target 9: a user with 10,000 events beside the other users of the same tenant, who have a few each. The last of the hot
 * users is the one with the long history (makeLong).
 */
export async function longHistory(measuring: Measuring, product: Side): Promise<readonly Reading[]> {
  const long = product.hot.slice(-1)
  const short = product.many.filter(({ tenantId }) => tenantId === long[0]?.tenantId)
  const cell = (events: string) => `one tenant, 1 connection, ${events}`
  const withLong = await measuring.update(cell('users of 10,000 events'), product, long, closed(1))
  const withShort = await measuring.update(cell('users of few events'), product, short, closed(1))
  const goal = { atMost: 1.2 }
  return [
    { target: 9, what: 'user of 10,000 events ÷ of few, p50', goal, value: withLong.p50 / withShort.p50 },
    {
      target: 9,
      what: 'user of 10,000 events ÷ of few, CPU time',
      goal,
      value: cpuMicros(withLong) / cpuMicros(withShort),
    },
  ]
}

/** The side that the second half of target 9 is about: users of a thousand tenants, and as many of one. */
export const THOUSAND_TENANTS = {
  runtime: 'container',
  name: 'ACCI container, 1,000 tenants',
  population: { tenants: 1_000, usersPerTenant: 1, hot: 1_000 },
  profileTo: undefined,
} as const

/** Target 9: commands to users of a thousand tenants beside commands to as many users of one. */
export async function thousandTenants(measuring: Measuring, product: Side): Promise<readonly Reading[]> {
  const goal = { atMost: 1.2 }
  const readings: Reading[] = []
  for (const connections of [1, 16]) {
    const cell = (tenants: string) => `${tenants}, ${connections} connection${connections > 1 ? 's' : ''}`
    const many = await measuring.update(cell('1,000 tenants'), product, product.many, closed(connections))
    const one = await measuring.update(cell('1 of 1,000 tenants'), product, product.hot, closed(connections))
    const at = `${connections} connection${connections > 1 ? 's' : ''}`
    readings.push(
      { target: 9, what: `1,000 tenants ÷ one, ${at}, p50`, goal, value: many.p50 / one.p50 },
      { target: 9, what: `1,000 tenants ÷ one, ${at}, CPU time`, goal, value: cpuMicros(many) / cpuMicros(one) },
    )
  }
  return readings
}
