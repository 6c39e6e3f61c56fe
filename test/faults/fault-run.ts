import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { Client, type Send } from '../e2e/client.ts'
import { expectEachOnce, expectReadModelsLike, expectSameAnswer, newTenants } from '../e2e/crash-checks.ts'
import { Load, type LoadedTenant } from '../e2e/crash-load.ts'
import { FollowedLog } from '../e2e/crash-log.ts'
import type { RunningProduct } from '../e2e/running-product.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { recordRow, type Runtime } from './fault-row.ts'
import { harmDone } from './harm-done.ts'
import { WatchedSend } from './watched-send.ts'

const TENANTS = 2
const CLIENTS_EACH = 4
/** Clients do not ask without a pause: what is away is to come back under a load it can bear. */
const PAUSE = 50
/** Commands acknowledged before the fault, and after it. */
const AROUND = 40
const LASTS_AT_MOST = { timeout: 60_000, interval: 50 }
const SAME_ANSWERS = 5

export interface FaultCase {
  readonly fault: string
  readonly runtime: Runtime
  readonly product: RunningProduct
  /** Where clients find it; default: the product's own address. */
  readonly url?: string
  /** What clients do beside sending, such as signing in again where a fault ends their sessions. */
  readonly around?: (send: Send, tenants: readonly LoadedTenant[]) => Send
  /** Types of events that come of what clients do beside sending. */
  readonly besides?: readonly string[]
  /** The database that holds the views, to compare all of them; otherwise those that the API serves are compared. */
  readonly databaseUrl?: string
  /** Makes the fault, or begins it. */
  readonly strike: (run: FaultRun) => Promise<void> | void
  /** Resolves when the fault has lasted long enough. */
  readonly lasts: (run: FaultRun) => Promise<void>
  readonly heal: (run: FaultRun) => Promise<void> | void
  /** What else must hold in the end of the tenants' logs. Returns what is worth telling. */
  readonly also?: (logs: readonly TenantLog[], healedAt: number) => Promise<string>
}

export interface TenantLog {
  readonly tenantId: string
  readonly log: FollowedLog
}

/** A load, and readers beside it, while a fault comes and goes. */
export class FaultRun {
  readonly watch = new WatchedSend()
  readonly #tenants: readonly LoadedTenant[]
  readonly #load: Load
  readonly #client: () => Client
  #ended = false
  #readers: readonly Promise<void>[] = []

  constructor(url: string, tenants: readonly LoadedTenant[], around: (send: Send) => Send) {
    const send = around(this.watch.send)
    this.#client = () => new Client(url, send)
    this.#load = new Load(this.#client, PAUSE)
    this.#tenants = tenants
  }

  start(): void {
    const seed = Math.floor(Math.random() * 2 ** 31)
    this.#load.start(this.#tenants, CLIENTS_EACH, (number) => new SeededRandom(seed + number))
    this.#load.resume()
    this.#readers = this.#tenants.map((tenant) => this.#read(tenant))
  }

  /** Waits until so many more commands were acknowledged. */
  acknowledged = (count: number): Promise<void> => this.#load.acknowledgements(count)

  /** Waits until so many more requests were refused or not answered. */
  async refused(count: number): Promise<void> {
    const enough = this.watch.refused + count
    await expect.poll(() => this.watch.refused, LASTS_AT_MOST).toBeGreaterThanOrEqual(enough)
  }

  /** Waits until a command and a read have succeeded again. Returns when that was. */
  async normal(from: number): Promise<number> {
    const first = () => [this.watch.firstAfter('command', from), this.watch.firstAfter('read', from)]
    const succeeded = async () => {
      await expect.poll(first, LASTS_AT_MOST).not.toContain(undefined)
    }
    // A client that has met with a fault says more than that nothing succeeds.
    await Promise.race([succeeded(), this.#load.unlessFault()])
    return Math.max(...first().map((at) => at ?? from))
  }

  async end(): Promise<void> {
    await this.#load.end()
    this.#ended = true
    await Promise.all(this.#readers)
  }

  async #read({ tenant: { tenantId, token } }: LoadedTenant): Promise<void> {
    const path = `/api/v1/tenants/${tenantId}`
    while (!this.#ended) {
      // Whatever becomes of them is watched.
      for (const read of [path, `${path}/users?pageSize=10`])
        await this.#client()
          .call('GET', read, { token })
          .catch(() => undefined)
      await delay(PAUSE)
    }
  }
}

/** Lets a fault come over a product under load and go again, and checks that it has done no harm. */
export async function runFault(the: FaultCase): Promise<void> {
  const tenants = await newTenants(new Client(the.product.url), TENANTS)
  const around = (send: Send) => the.around?.(send, tenants) ?? send
  const direct = new Client(the.product.url, around(fetch))
  const logs = tenants.map((loaded) => ({
    ...loaded,
    log: new FollowedLog(loaded.tenant.tenantId, loaded.tenant.token),
  }))
  for (const { log } of logs) await log.follow(direct)
  const own = new Map(logs.map(({ log }) => [log, log.envelopes.length]))

  const run = new FaultRun(the.url ?? the.product.url, tenants, around)
  run.start()
  await run.acknowledged(AROUND)
  const struckAt = performance.now()
  await the.strike(run)
  await the.lasts(run)
  const healedAt = performance.now()
  await the.heal(run)
  const normalAt = await run.normal(healedAt)
  await run.acknowledged(AROUND)
  const window = [struckAt, performance.now()] as const
  await run.end()

  const { watch } = run
  // What is away or full is no fault of the product's.
  expect([watch.hung, watch.unclean, watch.seen['500']]).toEqual([0, [], undefined])
  // Throws where a position is missing, or the chain of hashes is broken.
  for (const { log } of logs) await log.follow(direct)
  const harm = logs.map(({ log, acknowledged }) => harmDone(acknowledged, log))
  for (const { log, tenant, acknowledged } of logs) {
    expectEachOnce(acknowledged, log)
    // Every client has ended with an acknowledgement: there is nothing else in the log.
    const ordered = acknowledged.reduce((sum, { order }) => sum + order.events.length, 0)
    const added = log.envelopes.slice(own.get(log)).filter(({ type }) => !the.besides?.includes(type))
    expect(added).toHaveLength(ordered)
    for (const one of acknowledged.slice(-SAME_ANSWERS)) await expectSameAnswer(direct, one, tenant.token)
    await expectReadModelsLike(log, direct, tenant, the.databaseUrl)
  }
  const note = await the.also?.(
    logs.map(({ tenant: { tenantId }, log }) => ({ tenantId, log })),
    healedAt,
  )
  await expect.poll(async () => (await direct.call('GET', '/health/ready')).status, LASTS_AT_MOST).toBe(200)
  recordRow({
    fault: the.fault,
    runtime: the.runtime,
    acknowledged: logs.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0),
    lost: harm.reduce((sum, { lost }) => sum + lost, 0),
    doubled: harm.reduce((sum, { doubled }) => sum + doubled, 0),
    seen: watch.seen,
    withoutCommand: watch.longestWithout('command', ...window),
    withoutRead: watch.longestWithout('read', ...window),
    normalAfter: normalAt - healedAt,
    ...(note !== undefined && { note }),
  })
}
