import { withContenders, type Field } from './contenders.ts'
import type { Measuring } from './measure/measuring.ts'
import type { NotMeasured, Reading } from './measure/reading.ts'
import type { Options } from './options.ts'
import { startProductSide, type ProductSide } from './sides/product-side.ts'
import type { Runtime } from './sides/product.ts'
import type { Population } from './sides/side.ts'
import { hotAggregate, manyTenants, singleClient, singleClientOfPeers } from './targets/commands.ts'
import { oneObject } from './targets/durable-object.ts'
import { openLoop } from './targets/open-loop.ts'
import { fillLog, rebuildSpeed } from './targets/rebuild.ts'
import { rowsWritten } from './targets/rows-written.ts'
import { longHistory, makeLong, MANY_POPULATION, thousandTenants } from './targets/scaling.ts'

type Readings = readonly (Reading | NotMeasured)[]

/** What measures a target, once in each round. */
type Part = readonly [target: number, measure: () => Promise<Readings>]

/** The targets were set for eight tenants, with a thousand users each. */
const TENANTS = 8
const OBJECT_POPULATION = { tenants: 1, usersPerTenant: 200, hot: 0 } as const

/** What each side is driven for before anything is measured, so that none is measured while it still compiles. */
const WARM = { seconds: 2, warmUp: 1 } as const
const WARM_CONNECTIONS = 16

const say = (line: string): void => void process.stderr.write(`${line}\n`)

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

interface Alone {
  readonly runtime: Runtime
  readonly name: string
  readonly population: Population
  readonly profileTo: string | undefined
}

/** The product alone, on a runtime. */
async function alone(
  serverUrl: string,
  { runtime, name, population, profileTo }: Alone,
  measuring: Measuring,
  work: (side: ProductSide) => Promise<Readings>,
): Promise<Readings> {
  say(`starting the ${runtime} with ${population.tenants} tenants`)
  const side = await startProductSide(runtime, serverUrl, population, { name, profileTo })
  try {
    await measuring.drive(side, side.many, WARM, WARM_CONNECTIONS)
    const readings = await work(side)
    await measuring.ledger.settle(side)
    return readings
  } finally {
    await side.stop()
  }
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
    const name = 'ACCI container, 1,000 tenants'
    const many = { runtime: 'container', name, population: MANY_POPULATION, profileTo: undefined } as const
    readings.push(
      ...(await alone(serverUrl, many, measuring, (side) =>
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
    } as const
    readings.push(
      ...(await alone(serverUrl, edge, measuring, (side) =>
        inRounds(options, [[4, () => oneObject(measuring, side)]]),
      )),
    )
  }
  if (asked(15)) readings.push(...(await rowsWritten()))
  return readings
}
