import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { SeededRandom } from '../support/seeded-random.ts'
import { isExplained, isRead, oneShown, type TenantOperation } from '../support/tenant-model.ts'
import { Client, signedInTenant, succeeded, text, type SignedInTenant } from './client.ts'
import { FollowedLog } from './crash-log.ts'
import { Contender, resolved, type Asked, type Gate } from './linearizability-load.ts'
import { sendRead, versionOf } from './linearizability-reads.ts'
import { ADMIN, startProduct } from './running-product.ts'

const TENANTS = 2
const CLIENTS_EACH = 4
/** Users a tenant has room for, beside its admin: few, so that some are refused. */
const ROOM = 8
/** A kill comes when so many more requests have been answered, at most, and up to so many milliseconds later. */
const MOST_BETWEEN_KILLS = 60
const LATEST_AFTER = 25
const NOTHING = { version: 0, name: '' }
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
        const before = await Promise.all(tenants.map((tenant) => asItIs(client(), tenant)))
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
        while (!contended.every(({ asked }) => hasEverything(asked))) await gate.answers(10)
        gate.end()
        for (const [index, { tenant, asked, ended }] of contended.entries()) {
          await ended
          const log = await new FollowedLog(tenant.tenantId, tenant.token).follow(client())
          const history = resolved(asked, log)
          const untold = history.filter(({ returned }) => returned === Infinity).length
          const reads = history.filter(({ input }) => isRead(input)).length
          const told = `${reads} of them reads, ${untold} in the log without an answer`
          console.log(`${kills} kills: ${history.length} operations, ${told}`)
          const explained = (one: readonly TenantOperation[]) => isExplained(one, ROOM, before[index] ?? NOTHING)
          expect(explained(history), JSON.stringify(history)).toBe(true)
          for (const spoil of [answeredAsBefore, readAsBefore]) expect(explained(spoil(history))).toBe(false)
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

/** The tenant's name and version before anybody contends. */
async function asItIs(client: Client, tenant: SignedInTenant) {
  const answer = succeeded(await sendRead(client, tenant, { kind: 'readTenant', from: 0 }))
  return { version: versionOf(answer), name: text(answer.body['name']) }
}

const REFUSALS = ['user.already_exists', 'user.quota_exceeded', 'precondition.failed']
const READS = ['readTenant', 'readUsers', 'readUser']

/** A history in which nobody is refused anything, or that nobody has looked at, would prove little. */
const hasEverything = (asked: readonly Asked[]): boolean =>
  REFUSALS.every((code) => asked.some(({ answer }) => answer && 'code' in answer && answer.code === code)) &&
  READS.every((kind) =>
    [true, false].every((withToken) =>
      asked.some(({ request }) => isRead(request) && request.kind === kind && request.from > 0 === withToken),
    ),
  )

/** The same history, but for one answer that was given as if a change before it had not been: the checker must see it. */
function answeredAsBefore(history: readonly TenantOperation[]): readonly TenantOperation[] {
  const at = history.findLastIndex(({ input, output }) => input.kind === 'rename' && 'version' in output)
  return history.map((operation, index) =>
    index === at && 'version' in operation.output
      ? { ...operation, output: { ...operation.output, version: operation.output.version - 1 } }
      : operation,
  )
}

/** The same history, and a read of the tenant with the token of its last change that shows it as it was before. */
function readAsBefore(history: readonly TenantOperation[]): readonly TenantOperation[] {
  const changes = history.flatMap(({ input, output }) =>
    input.kind === 'renameTenant' && 'version' in output ? [output] : [],
  )
  const [before, last] = changes.toSorted((one, other) => one.version - other.version).slice(-2)
  if (!before || !last) throw new Error('the tenant has not been renamed twice')
  const called = performance.now()
  const input = { kind: 'readTenant', from: last.position } as const
  return [...history, { called, returned: called, input, output: { seen: oneShown(before) } }]
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
