import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { isLinearizable } from '../support/linearizability.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { usersModel, type UserOperation } from '../support/users-model.ts'
import { Client, signedInTenant, succeeded, text, type SignedInTenant } from './client.ts'
import { FollowedLog } from './crash-log.ts'
import { Contender, resolved, type Asked, type Gate } from './linearizability-load.ts'
import { ADMIN, startProduct } from './running-product.ts'

const TENANTS = 2
const CLIENTS_EACH = 4
/** Users a tenant has room for, beside its admin: few, so that some are refused. */
const ROOM = 8
/** A kill comes when so many more requests have been answered, at most, and up to so many milliseconds later. */
const MOST_BETWEEN_KILLS = 60
const LATEST_AFTER = 25
const SETTINGS = { allowedAuthMethods: ['password'], maxUsers: ROOM + 1, securityPolicy: {} }

export interface LinearizabilityCase {
  readonly tool: 'tools/start.ts' | 'tools/start-container.ts'
  readonly kills: number
  readonly databaseUrl: () => string
}

/** The seed of a run is printed; `ACCI_CRASH_SEED` repeats its choices (never its timing). */
const seedOf = () => Number(process.env['ACCI_CRASH_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

/** Clients that get in one another's way, over kill -9 of the product: what each was told has an order that explains it. */
export function linearizabilityCases({ tool, kills, databaseUrl }: LinearizabilityCase): void {
  const seed = seedOf()
  it(
    `is linearizable for each tenant, over ${kills} kills (ACCI_CRASH_SEED=${seed})`,
    { timeout: 240_000 },
    async () => {
      const random = new SeededRandom(seed)
      let product = await startProduct(tool, { DATABASE_URL: databaseUrl() })
      try {
        const client = () => new Client(product.url)
        const systemToken = text(succeeded(await client().login(ADMIN.email, ADMIN.password)).body['token'])
        const tenants = await Promise.all(
          Array.from({ length: TENANTS }, (_, index) =>
            signedInTenant(client(), systemToken, `lin-${index}`, SETTINGS),
          ),
        )
        const gate = newGate()
        const contended = tenants.map((tenant) => contend(tenant, client, gate, random))
        for (let kill = 1; kill <= kills; kill++) {
          gate.open()
          await gate.answers(random.integer(1, MOST_BETWEEN_KILLS))
          await delay(random.integer(0, LATEST_AFTER))
          gate.close()
          await product.kill()
          product = await product.restart()
        }
        gate.open()
        while (!contended.every(({ asked }) => everyRefusal(asked))) await gate.answers(10)
        gate.end()
        for (const { tenant, asked, ended } of contended) {
          await ended
          const log = await new FollowedLog(tenant.tenantId, tenant.token).follow(client())
          const history = resolved(asked, log)
          const untold = history.filter(({ returned }) => returned === Infinity).length
          console.log(`${kills} kills: ${history.length} operations, ${untold} of them in the log without an answer`)
          expect(isLinearizable(usersModel(ROOM), history), JSON.stringify(history)).toBe(true)
          expect(isLinearizable(usersModel(ROOM), spoiled(history))).toBe(false)
        }
      } catch (fault) {
        console.log(`seed ${seed}; the product said last:\n${product.output().slice(-10_000)}`)
        throw fault
      } finally {
        await product.kill()
        product.clean()
      }
    },
  )
}

function contend(tenant: SignedInTenant, client: () => Client, gate: Gate, random: SeededRandom) {
  const asked: Asked[] = []
  const users: string[] = []
  const contenders = Array.from({ length: CLIENTS_EACH }, (_, index) => {
    const own = new SeededRandom(random.integer(0, 2 ** 31))
    return new Contender({ name: `c${index}`, tenant, client, gate, random: own, asked, users }).work()
  })
  return { tenant, asked, ended: Promise.all(contenders) }
}

/** A history in which nobody is refused anything would prove little. */
const everyRefusal = (asked: readonly Asked[]): boolean =>
  ['user.already_exists', 'user.quota_exceeded', 'precondition.failed'].every((code) =>
    asked.some(({ answer }) => answer && !answer.ok && answer.code === code),
  )

/** The same history, but for one answer that was given as if a change before it had not been: the checker must see it. */
function spoiled(history: readonly UserOperation[]): readonly UserOperation[] {
  const at = history.findLastIndex(({ input, output }) => input.kind === 'rename' && output.ok)
  return history.map((operation, index) =>
    index === at && operation.output.ok
      ? { ...operation, output: { ...operation.output, version: operation.output.version - 1 } }
      : operation,
  )
}

function newGate(): Gate {
  let passing = Promise.withResolvers<void>()
  let ending = false
  let answered = 0
  let waiting: { readonly count: number; readonly resolve: () => void }[] = []
  return {
    pass: () => passing.promise,
    open: () => passing.resolve(),
    close: () => void (passing = Promise.withResolvers()),
    end: () => void (ending = true),
    get ending() {
      return ending
    },
    answered() {
      answered++
      for (const { count, resolve } of waiting) if (answered >= count) resolve()
      waiting = waiting.filter(({ count }) => answered < count)
    },
    answers: (count) => new Promise((resolve) => waiting.push({ count: answered + count, resolve })),
  }
}
