import { withContenders, type Field } from './contenders.ts'
import type { Measuring } from './measure/measuring.ts'
import type { NotMeasured, Reading } from './measure/reading.ts'
import type { Options } from './options.ts'
import { withProductAlone } from './product-alone.ts'
import { hotAggregate, manyTenants, singleClient, singleClientOfPeers } from './targets/commands.ts'
import { oneObject } from './targets/durable-object.ts'
import { openLoop } from './targets/open-loop.ts'
import { fillLog, rebuildSpeed } from './targets/rebuild.ts'
import { rowsWritten } from './targets/rows-written.ts'
import { longHistory, makeLong, THOUSAND_TENANTS, thousandTenants } from './targets/scaling.ts'

type Readings = readonly (Reading | NotMeasured)[]

/** What measures a target, once in each round. */
type Part = readonly [target: number, measure: () => Promise<Readings>]

/** The targets were set for eight tenants, with a thousand users each. */
const TENANTS = 8
const OBJECT_POPULATION = { tenants: 1, usersPerTenant: 200, hot: 0 } as const

/** What each side is driven for before anything is measured, so that none is measured while it still compiles. */
const WARM = { seconds: 2, warmUp: 1 } as const
const WARM_CONNECTIONS = 16

async function inRounds({ only, rounds }: Options, parts: readonly Part[]): Promise<Readings> {
  const readings: (Reading | NotMeasured)[] = []
  for (let round = 0; round < rounds; round++) {
    for (const [target, measure] of parts) if (only.includes(target)) readings.push(...(await measure()))
  }
  return readings
}

async function beside(options: Options, measuring: Measuring, field: Field): Promise<Readings> {
  const { product, emmett, nest, crud, hello } = field
  for (const side of [product, emmett, nest, crud]) await measuring.drive(side, side.many, WARM, WARM_CONNECTIONS)
  if (options.only.includes(9)) await makeLong(measuring, product)
  const readings = await inRounds(options, [
    [1, () => manyTenants(measuring, field)],
    [2, hotAggregate(measuring, field, true)],
    [3, () => singleClient(measuring, product, hello)],
    [3, () => singleClientOfPeers(measuring, field).then(() => [])],
    [5, () => openLoop(measuring, field)],
    [9, () => longHistory(measuring, product)],
  ])
  if (options.only.includes(8)) await fillLog(measuring, product)
  return [...readings, ...(await inRounds(options, [[8, () => rebuildSpeed(product)]]))]
}

/** Measures all targets that are asked for. */
export async function measureTargets(options: Options, serverUrl: string, measuring: Measuring): Promise<Readings> {
  const asked = (...targets: readonly number[]) => targets.some((target) => options.only.includes(target))
  const readings: (Reading | NotMeasured)[] = []
  if (asked(1, 2, 3, 5, 8, 9)) {
    const population = { tenants: TENANTS, usersPerTenant: options.users, hot: options.rounds + 1 }
    readings.push(
      ...(await withContenders(serverUrl, population, options.profile, async (field) => {
        const measured = await beside(options, measuring, field)
        for (const side of [field.product, field.emmett, field.nest, field.crud]) await measuring.ledger.settle(side)
        return measured
      })),
    )
  }
  if (asked(9)) {
    const many = { ...THOUSAND_TENANTS, warm: WARM } as const
    readings.push(
      ...(await withProductAlone(serverUrl, many, measuring, (side) =>
        inRounds(options, [[9, () => thousandTenants(measuring, side)]]),
      )),
    )
  }
  if (asked(4)) {
    const edge = {
      runtime: 'edge',
      name: 'ACCI edge',
      population: OBJECT_POPULATION,
      profileTo: options.profile,
      warm: WARM,
    } as const
    readings.push(
      ...(await withProductAlone(serverUrl, edge, measuring, (side) =>
        inRounds(options, [[4, () => oneObject(measuring, side)]]),
      )),
    )
  }
  if (asked(15)) readings.push(...(await rowsWritten()))
  return readings
}
