import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import type { RunningProduct } from '../e2e/running-product.ts'
import type { Runtime } from './fault-row.ts'
import { runFault, type FaultCase } from './fault-run.ts'
import { ShiftedClock } from './shifted-clock.ts'
import { signingInAgain } from './signing-in-again.ts'
import { startedProducts } from './started-products.ts'

const HOUR = 3_600
const HOUR_IN_MILLISECONDS = 3_600_000

let clock: ShiftedClock
beforeEach(() => {
  clock = new ShiftedClock()
})
afterEach(() => clock?.remove())
const { start, restart } = startedProducts()

/** A clock that is an hour ahead, then an hour behind, then right. */
const wrongClock = (
  runtime: Runtime,
  product: RunningProduct,
  databaseUrl: string,
  shift: (seconds: number) => Promise<void> | void,
): FaultCase => ({
  fault: 'clock an hour ahead, then an hour behind, then right',
  runtime,
  product,
  databaseUrl,
  // Sessions that have run out, or are of an hour yet to come, are refused.
  around: (send, tenants) =>
    signingInAgain(
      send,
      tenants.map(({ tenant }) => tenant),
    ),
  besides: ['auth.login_succeeded'],
  strike: () => shift(HOUR),
  async lasts(run) {
    await run.acknowledged(60)
    await shift(-HOUR)
    await run.acknowledged(60)
  },
  heal: () => shift(0),
  also(logs) {
    const hoursAway = logs.flatMap(({ log }) =>
      log.envelopes.map(({ timestamp }) => Math.round((Date.parse(timestamp) - Date.now()) / HOUR_IN_MILLISECONDS)),
    )
    expect(new Set(hoursAway)).toEqual(new Set([0, 1, -1]))
    return Promise.resolve('clients have to sign in again')
  },
})

describe('container', () => {
  const database = testDatabase()

  it('orders nothing by a clock that jumps while it runs', async () => {
    const product = await start('container', { DATABASE_URL: database.url, ...clock.environment })
    await runFault(wrongClock('container', product, database.url, (seconds) => clock.shift(seconds)))
  }, 180_000)
})

describe('edge', () => {
  const database = testDatabase()

  // A running workerd does not let an object's time go back.
  it('orders nothing by clocks of hosts it is started on one after the other', async () => {
    let product = await start('edge', { DATABASE_URL: database.url, ...clock.environment })
    const shift = async (seconds: number) => {
      clock.shift(seconds)
      product = await restart(product)
    }
    await runFault(wrongClock('edge', product, database.url, shift))
  }, 180_000)
})
