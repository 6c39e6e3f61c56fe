import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { VIEW_NAMES, type ViewName } from '#domain/projection/views.ts'
import { PgSqlSession } from '#infrastructure/node/pg-sql-session.ts'
import { tenantResource, userResource } from '#api/rest/v1/resources.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { Client, signedInTenant, succeeded, text } from './client.ts'
import { Load, send, type Acknowledged, type LoadedTenant } from './crash-load.ts'
import { FollowedLog } from './crash-log.ts'
import { ADMIN, startProduct } from './running-product.ts'

const TENANTS = 3
const CLIENTS_EACH = 5
/** A kill comes when between 1 and so many more requests have been acknowledged, and up to so many milliseconds later. */
const MOST_BETWEEN_KILLS = 60
const LATEST_AFTER = 25
/** One restart in so many is itself killed, within so many milliseconds of its start. */
const KILLED_STARTS = 6
const LONGEST_KILLED_START = 1_500
/** A lost wake-up is healed by the sweep within 30 s. */
const DRAINED_WITHIN = 45_000
const SETTINGS = { allowedAuthMethods: ['password'], maxUsers: 1_000, securityPolicy: {} }

export interface CrashCase {
  readonly tool: 'tools/start.ts' | 'tools/start-container.ts'
  readonly kills: number
  /** The database of the product; undefined: the embedded one, as it is without any configuration. */
  readonly databaseUrl?: () => string
}

/** The seed of a run is printed; `ACCI_CRASH_SEED` repeats its choices (never its timing). */
const seedOf = () => Number(process.env['ACCI_CRASH_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

/** kill -9 of all processes of the product, again and again under load: what was acknowledged holds, and holds once. */
export function crashCases({ tool, kills, databaseUrl }: CrashCase): void {
  const seed = seedOf()
  it(
    `loses and doubles nothing over ${kills} kills under load (ACCI_CRASH_SEED=${seed})`,
    { timeout: 240_000 },
    async () => {
      const random = new SeededRandom(seed)
      let product = await startProduct(tool, databaseUrl ? { DATABASE_URL: databaseUrl() } : {})
      try {
        const client = () => new Client(product.url)
        const tenants = await newTenants(client())
        const logs = tenants.map(({ tenant }) => new FollowedLog(tenant.tenantId, tenant.token))
        const ownEvents = await Promise.all(logs.map(async (log) => (await log.follow(client())).envelopes.length))

        const load = new Load(client)
        load.start(tenants, CLIENTS_EACH, (number) => new SeededRandom(seed + number + 1))
        let silent = 0
        for (let kill = 1; kill <= kills; kill++) {
          load.resume()
          await load.acknowledgements(random.integer(1, MOST_BETWEEN_KILLS))
          await delay(random.integer(0, LATEST_AFTER))
          load.pause()
          await product.kill()
          if (random.integer(1, KILLED_STARTS) === 1)
            await product.restartAndKill(random.integer(0, LONGEST_KILLED_START))
          product = await product.restart()
          for (const [index, { tenant, acknowledged }] of tenants.entries()) {
            const log = logs[index]
            if (!log) continue
            await log.follow(client())
            expectEachOnce(acknowledged, log)
            silent += unanswered(acknowledged, log, ownEvents[index] ?? 0)
            await expectSameAnswer(client(), acknowledged.at(-1), tenant.token)
          }
        }
        const ended = load.end()
        load.resume()
        await ended
        const { acknowledged: answered, inDoubt } = load.counts
        console.log(
          `${kills} kills: ${answered} acknowledged, ${inDoubt} sent again, ${silent} of them already in the log`,
        )
        expect(load.counts.faults).toBe(0)
        expect(load.counts.inDoubt).toBeGreaterThan(kills)

        for (const [index, { tenant, acknowledged }] of tenants.entries()) {
          const log = await new FollowedLog(tenant.tenantId, tenant.token).follow(client())
          expect(log.envelopes.slice(0, logs[index]?.envelopes.length)).toEqual(logs[index]?.envelopes)
          expectEachOnce(acknowledged, log)
          // Every client has ended with an acknowledgement: there is nothing else in the log.
          const ordered = acknowledged.reduce((sum, { order }) => sum + order.events.length, 0)
          expect(log.envelopes).toHaveLength((ownEvents[index] ?? 0) + ordered)
          await expectReadModelsLike(log, client(), tenant, databaseUrl?.())
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

async function newTenants(client: Client): Promise<readonly LoadedTenant[]> {
  const systemToken = text(succeeded(await client.login(ADMIN.email, ADMIN.password)).body['token'])
  const names = Array.from({ length: TENANTS }, (_, index) => `crash-${index}`)
  return Promise.all(
    names.map(async (name) => ({
      tenant: await signedInTenant(client, systemToken, name, SETTINGS),
      acknowledged: [],
    })),
  )
}

/** Every acknowledged request is in the log just once, with just its events, at the position its answer named. */
function expectEachOnce(acknowledged: readonly Acknowledged[], log: FollowedLog): void {
  const byKey = Map.groupBy(log.recorded, ({ envelope }) => envelope.correlationId)
  const byCommand = Map.groupBy(log.envelopes, ({ commandId }) => commandId)
  for (const { order, answer } of acknowledged) {
    const found = byKey.get(order.key) ?? []
    const told = {
      key: order.key,
      events: found.map(({ event }) => event.type),
      subjects: [...new Set(found.map(({ envelope }) => envelope.aggregate.id))],
      position: found.at(-1)?.envelope.position,
      ofCommand: byCommand.get(found[0]?.envelope.commandId ?? '')?.length,
    }
    expect(told).toEqual({
      key: order.key,
      events: order.events,
      subjects: [answer.body['userId']],
      position: Number(answer.headers.get('consistency-token')?.split('@')[1]),
      ofCommand: order.events.length,
    })
  }
}

/** How many requests are in the log that no answer has come to. */
function unanswered(acknowledged: readonly Acknowledged[], log: FollowedLog, ownEvents: number): number {
  const keys = new Set(log.envelopes.slice(ownEvents).map(({ correlationId }) => correlationId))
  return keys.size - acknowledged.length
}

/** The same key is answered the same after the crash: the record of it is as durable as the events. */
async function expectSameAnswer(client: Client, last: Acknowledged | undefined, token: string): Promise<void> {
  if (!last) return
  const again = await send(client, last.order, token)
  expect([again.status, again.body]).toEqual([last.answer.status, last.answer.body])
}

async function expectReadModelsLike(
  log: FollowedLog,
  client: Client,
  { tenantId, token }: LoadedTenant['tenant'],
  databaseUrl: string | undefined,
): Promise<void> {
  const folded = log.fold()
  const path = `/api/v1/tenants/${tenantId}`
  const users = folded.user_profile.map((row) => userResource(row)).toSorted(byId)
  const [details] = folded.tenant_details
  // Without a consistency token a list is what the read models hold, however far they are.
  await expect
    .poll(async () => (await listUsers(client, path, token)).toSorted(byId), { timeout: DRAINED_WITHIN, interval: 200 })
    .toEqual(users)
  expect((await client.call('GET', path, { token })).body).toEqual(details && tenantResource(details))
  if (databaseUrl !== undefined)
    expect(await storedViews(databaseUrl, tenantId)).toEqual(sorted((name) => folded[name]))
}

async function listUsers(client: Client, path: string, token: string) {
  const users: ReturnType<typeof userResource>[] = []
  for (let page = 1; ; page++) {
    const { body } = succeeded(await client.call('GET', `${path}/users?pageSize=100&page=${page}`, { token }))
    const items = body['items'] as typeof users // what the test then compares
    users.push(...items)
    if (items.length < 100) return users
  }
}

const byId = (one: { readonly userId: string }, other: { readonly userId: string }) =>
  one.userId < other.userId ? -1 : 1

/** Every row of every view, as the database holds it. */
async function storedViews(databaseUrl: string, tenantId: string) {
  const session = new PgSqlSession(databaseUrl, () => undefined)
  try {
    const tables = await session.transaction(
      { tenantId },
      VIEW_NAMES.map((name) => ({
        text: `select data from read_models.${name} where tenant_id = $1`,
        params: [tenantId],
      })),
    )
    return sorted((name) => (tables[VIEW_NAMES.indexOf(name)] ?? []).map((row) => row['data'] as KeyedRow)) // written by the projector
  } finally {
    await session.close()
  }
}

interface KeyedRow {
  readonly key: string
}

const sorted = (rowsOf: (name: ViewName) => readonly KeyedRow[]) =>
  VIEW_NAMES.map((name) => [name, rowsOf(name).toSorted((one, other) => (one.key < other.key ? -1 : 1))] as const)
