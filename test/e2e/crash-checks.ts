import { expect } from 'vitest'
import { VIEW_NAMES, type ViewName } from '#domain/projection/views.ts'
import { PgSqlSession } from '#infrastructure/node/pg-sql-session.ts'
import { tenantResource, userResource } from '#api/rest/v1/resources.ts'
import { signedInTenant, succeeded, text, type Client } from './client.ts'
import { send, type Acknowledged, type LoadedTenant } from './crash-load.ts'
import type { FollowedLog } from './crash-log.ts'
import { ADMIN } from './running-product.ts'

/** A lost wake-up is healed by the sweep within 30 s. */
const DRAINED_WITHIN = 45_000
/** Room for whoever a load registers, however long it lasts. */
const SETTINGS = { allowedAuthMethods: ['password'], maxUsers: 100_000, securityPolicy: {} }

/** Tenants whose admins are signed in, for a load to work on. */
export async function newTenants(client: Client, count: number): Promise<readonly LoadedTenant[]> {
  const systemToken = text(succeeded(await client.login(ADMIN.email, ADMIN.password)).body['token'])
  const names = Array.from({ length: count }, (_, index) => `crash-${index}`)
  return Promise.all(
    names.map(async (name) => ({
      tenant: await signedInTenant(client, systemToken, name, SETTINGS, 'professional'),
      acknowledged: [],
      accepted: [],
    })),
  )
}

/** Every acknowledged request is in the log just once, with just its events, at the position its answer named. */
export function expectEachOnce(acknowledged: readonly Acknowledged[], log: FollowedLog): void {
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
export function unanswered({ acknowledged, accepted }: LoadedTenant, log: FollowedLog, ownEvents: number): number {
  const keys = new Set(log.envelopes.slice(ownEvents).map(({ correlationId }) => correlationId))
  for (const { order } of [...acknowledged, ...accepted]) keys.delete(order.key)
  return keys.size
}

/** The same key is answered the same after the crash: the record of it is as durable as the events. */
export async function expectSameAnswer(client: Client, last: Acknowledged | undefined, token: string): Promise<void> {
  if (!last) return
  const again = await send(client, last.order, token)
  expect([again.status, again.body]).toEqual([last.answer.status, last.answer.body])
}

/** The views, as served and as stored, equal a fold of the log once they have followed it. */
export async function expectReadModelsLike(
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
