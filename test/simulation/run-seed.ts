import { Client, Diary, type Acknowledged } from './client.ts'
import { Container } from './container.ts'
import { Edge } from './edge/edge.ts'
import { Operator } from './operator/operator.ts'
import { sendForeigner } from './foreigner.ts'
import { found } from './founder.ts'
import { checkTenant } from './invariants.ts'
import { Patience } from './patience.ts'
import { Scheduler } from './scheduler.ts'
import { AS_IT_IS, type Variant } from './variant.ts'
import { World, type TenantRecords } from './world.ts'

const CLIENTS = 3
const REQUESTS_EACH = 5
/** When things stop going wrong, and when everything must have come to rest at the latest, in milliseconds of virtual time. */
const CALM_AFTER = 120_000
const REST_BY = 12 * 3_600_000
/** How long the edge is looked at once it is at rest. */
const REST_FOR = 90_000

export interface SeedReport {
  readonly seed: number
  /** What should not have been, by the invariant it breaks; empty when all is well. */
  readonly violations: readonly { readonly invariant: string; readonly detail: string }[]
  readonly steps: number
  /** Milliseconds of virtual time. */
  readonly time: number
  readonly events: number
  readonly acknowledged: number
  /** Reads that carried a token. */
  readonly reads: number
  readonly deaths: number
  /** Turns to project that were handed out at the edge. */
  readonly turns: number
  /** Rebuilds that went on with an interrupted one. */
  readonly resumed: number
}

interface RunOptions {
  readonly variant?: Variant
  /** Hears every step. */
  readonly onStep?: (at: number, actor: string, what: string) => void
}

/** One history of the whole pipeline: clients at work, things going wrong, and then time to come to rest. */
export async function runSeed(seed: number, { variant = AS_IT_IS, onStep }: RunOptions = {}): Promise<SeedReport> {
  const scheduler = new Scheduler(seed, onStep)
  const world = new World(scheduler, variant)
  const { hazards } = world
  scheduler.tell('weather', JSON.stringify(hazards.weather))
  const edge = hazards.weather.runtime === 'edge' ? new Edge(world) : undefined
  const cluster = edge ?? new Container(world)
  const operator = hazards.weather.operator ? new Operator(world) : undefined
  if (hazards.weather.foreigner) sendForeigner(world)

  const tenants = [...world.tenants.values()].map((tenant) => ({ tenant, diary: new Diary() }))
  const founded = new Map<TenantRecords, Acknowledged>()
  let atWork = tenants.length
  for (const { tenant, diary } of tenants) {
    const begin = async () => {
      founded.set(tenant, await found(world, cluster, tenant))
      const clients = Array.from({ length: CLIENTS }, async (_, index) => {
        const name = `client ${tenant.tenantId.slice(-1)}${index + 1}`
        await new Client(name, world, cluster, tenant, diary).work(REQUESTS_EACH)
      })
      await Promise.all(clients)
      atWork--
    }
    void begin()
  }

  await scheduler.run(CALM_AFTER, () => atWork === 0)
  hazards.end()
  const patience = new Patience(world)
  const isAtRest = () => {
    for (const { tenant } of tenants) patience.look(tenant)
    return (
      atWork === 0 &&
      tenants.every(({ tenant }) => hasDrained(world, tenant) && patience.hasFollowed(tenant)) &&
      operator?.isDone !== false
    )
  }
  const rested = await scheduler.run(REST_BY, isAtRest)
  if (!rested) world.violated('every tenant drains', tenants.map(({ tenant }) => standing(tenant)).join('; '))
  if (edge && rested) await checkRest(world, edge)
  for (const { tenant, diary } of tenants) {
    const acknowledged = founded.get(tenant)
    if (acknowledged) await checkTenant(world, tenant, diary, acknowledged)
  }
  return {
    seed,
    violations: world.violations,
    steps: scheduler.steps,
    time: scheduler.now,
    events: tenants.reduce((sum, { tenant }) => sum + tenant.log.head.position, 0),
    acknowledged: tenants.reduce((sum, { diary }) => sum + diary.acknowledged.length, 0),
    reads: tenants.reduce((sum, { diary }) => sum + diary.reads, 0),
    deaths: cluster.deaths,
    turns: edge?.turns.handed ?? 0,
    resumed: operator?.resumed ?? 0,
  }
}

/** Where there is nothing to project, no turn is handed out and no wake-up is sent. */
async function checkRest(world: World, edge: Edge): Promise<void> {
  const { scheduler } = world
  // What was lost on its last way is found by the next sweep.
  await scheduler.run(scheduler.now + REST_FOR, () => false)
  const { asked } = edge
  await scheduler.run(scheduler.now + REST_FOR, () => false)
  if (edge.asked > asked) world.violated('nobody projects for nothing', `${edge.asked - asked} times`)
}

function hasDrained({ hazards }: World, { log, views }: TenantRecords): boolean {
  const { position } = log.head
  const { forwarded, fence } = log.forwarding
  // An object has it in its memory, and writes it down now and then.
  const isConfirmed = log.projected === position || hazards.weather.runtime === 'edge'
  const isForwarded = forwarded === position || fence !== undefined
  return isForwarded && views.position === position && isConfirmed && log.count('due/') === 0
}

const standing = ({ tenantId, log, views }: TenantRecords) =>
  `${tenantId}: log ${log.head.position}, forwarded ${JSON.stringify(log.forwarding)}, views ${views.position}, ` +
  `confirmed ${log.projected}, due ${log.count('due/')}`
