import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { recordRow, RUNTIMES, type Runtime } from '../faults/fault-row.ts'
import { harmDone } from '../faults/harm-done.ts'
import { WatchedSend } from '../faults/watched-send.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { Client } from './client.ts'
import { expectEachOnce, expectReadModelsLike, expectSameAnswer, newTenants, unanswered } from './crash-checks.ts'
import { DeferredEnds } from './crash-deferred.ts'
import { Load } from './crash-load.ts'
import { FollowedLog } from './crash-log.ts'
import { Surroundings } from './crash-surroundings.ts'
import { startProduct, type RunningProduct } from './running-product.ts'

const TENANTS = 3
const CLIENTS_EACH = 5
/** A kill comes when between 1 and so many more requests have been acknowledged, and up to so many milliseconds later. */
const MOST_BETWEEN_KILLS = 60
const LATEST_AFTER = 25
/** One restart in so many is itself killed, within so many milliseconds of its start. */
const KILLED_STARTS = 6
const LONGEST_KILLED_START = 1_500
/** Until this kill, so many registrations are to be answered later. Not beyond: who is killed at one keeps it for a minute or two. */
const DEFERRED_UNTIL = 3
const DEFERRED = 0.6

export interface CrashCase {
  readonly runtime: Runtime
  readonly kills: number
  /** The database of the product, with all else around it; undefined: nothing, as it is without any configuration. */
  readonly databaseUrl?: () => string
}

/** The seed of a run is printed; `ACCI_CRASH_SEED` repeats its choices (never its timing). */
const seedOf = () => Number(process.env['ACCI_CRASH_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

/** Kills of each runtime; `npm run soak` asks for more. */
const KILLS_IN_CI = 30
const KILLS = Number(process.env['ACCI_CRASH_KILLS'] ?? KILLS_IN_CI)

/** The kills of each round of a test that makes so many of a runtime's 30: more kills are more rounds, each with new data. */
export function killRounds(ofThirty: number): readonly number[] {
  const kills = Math.ceil((KILLS * ofThirty) / KILLS_IN_CI)
  const rounds = Math.ceil(kills / ofThirty)
  return Array.from({ length: rounds }, (_, round) => Math.min(ofThirty, kills - round * ofThirty))
}

/** kill -9 of all processes of the product, again and again under load: what was acknowledged holds, and holds once. */
export function crashCases({ runtime, kills, databaseUrl }: CrashCase): void {
  const seed = seedOf()
  it(
    `loses and doubles nothing over ${kills} kills under load (ACCI_CRASH_SEED=${seed})`,
    { timeout: 600_000 },
    async () => {
      const random = new SeededRandom(seed)
      const around = databaseUrl && new Surroundings(runtime)
      let product: RunningProduct | undefined
      try {
        const environment = around && { DATABASE_URL: databaseUrl(), ...(await around.start()) }
        let running = (product = await startProduct(RUNTIMES[runtime], environment))
        const client = () => new Client(running.url)
        const tenants = await newTenants(client(), TENANTS)
        const followed = await Promise.all(
          tenants.map(async (loaded) => {
            const log = await new FollowedLog(loaded.tenant.tenantId, loaded.tenant.token).follow(client())
            return { loaded, log, ownEvents: log.envelopes.length, ends: new DeferredEnds(loaded) }
          }),
        )

        const watch = new WatchedSend()
        const load = new Load(() => new Client(running.url, watch.send))
        load.start(tenants, CLIENTS_EACH, (number) => new SeededRandom(seed + number + 1))
        let [silent, normalAfter] = [0, 0]
        for (let kill = 1; kill <= kills; kill++) {
          load.deferring = around && kill <= DEFERRED_UNTIL ? DEFERRED : 0
          load.resume()
          await load.acknowledgements(random.integer(1, MOST_BETWEEN_KILLS))
          await delay(random.integer(0, LATEST_AFTER))
          load.pause()
          await running.kill()
          if (random.integer(1, KILLED_STARTS) === 1)
            await running.restartAndKill(random.integer(0, LONGEST_KILLED_START))
          const restartedAt = performance.now()
          running = product = await running.restart()
          normalAfter = Math.max(normalAfter, performance.now() - restartedAt)
          for (const { loaded, log, ownEvents, ends } of followed) {
            await log.follow(client())
            expectEachOnce(loaded.acknowledged, log)
            silent += unanswered(loaded, log, ownEvents)
            await expectSameAnswer(client(), loaded.acknowledged.at(-1), loaded.tenant.token)
            await ends.look(client())
          }
        }
        load.deferring = 0
        const ended = load.end()
        load.resume()
        await ended
        const { acknowledged: answered, inDoubt } = load.counts
        const told = `${kills} kills: ${answered} acknowledged, ${inDoubt} sent again, ${silent} of them already in the log`
        console.log(told)
        expect([load.counts.faults, watch.hung, watch.unclean]).toEqual([0, 0, []])
        expect(load.counts.inDoubt).toBeGreaterThan(kills)

        let deferred = 0
        const harm = { lost: 0, doubled: 0 }
        for (const { loaded, log: before, ownEvents, ends } of followed) {
          const { tenant, acknowledged } = loaded
          deferred += await ends.all(client())
          const log = await new FollowedLog(tenant.tenantId, tenant.token).follow(client())
          expect(log.envelopes.slice(0, before.envelopes.length)).toEqual(before.envelopes)
          expectEachOnce(acknowledged, log)
          // Every client has ended with an acknowledgement: there is nothing else in the log.
          const ordered = acknowledged.reduce((sum, { order }) => sum + order.events.length, 0)
          expect(log.envelopes).toHaveLength(ownEvents + ordered)
          await expectReadModelsLike(log, client(), tenant, databaseUrl?.())
          const { lost, doubled } = harmDone(acknowledged, log)
          harm.lost += lost
          harm.doubled += doubled
        }
        const note = await around?.check(
          client(),
          tenants.map(({ tenant }) => tenant),
        )
        recordRow({
          fault: `kill -9, ${around ? `over ${around.names}` : 'without configuration'}`,
          runtime,
          acknowledged: answered,
          ...(around && { deferred }),
          ...harm,
          seen: watch.seen,
          normalAfter,
          times: kills,
          ...(note !== undefined && { note }),
        })
      } catch (fault) {
        console.log(`seed ${seed}; the product said last:\n${product?.output().slice(-10_000)}`)
        throw fault
      } finally {
        await product?.kill()
        product?.clean()
        await around?.stop()
      }
    },
  )
}
