import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApp } from '#api/app.ts'
import { bootstrapPlatform } from '#api/bootstrap-platform.ts'
import type { Logger } from '#domain/ports/logger.ts'
import type { ReadModels } from '#domain/ports/read-models.ts'
import { parseConfiguration } from '#infrastructure/shared/configuration.ts'
import { openPipeline, openServices, type Pipeline } from '../../src/container.ts'
import { testDatabase } from '../../tools/postgres/test-database.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { Client, object, signedInTenant, succeeded, text, type Answer, type SignedInTenant } from './client.ts'
import { HeldBack } from './held-back.ts'
import { ADMIN } from './running-product.ts'

const PAIRS = 10_000
const TENANTS = 4
const CLIENTS_EACH = 4
const SETTINGS = { allowedAuthMethods: ['password'], maxUsers: 1_000, securityPolicy: {} }
const quiet: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined }

const database = testDatabase()
let pipeline: Pipeline
let client: Client
let tenants: readonly SignedInTenant[]
/** Projections wait for reads to be answered, up to so many. */
const held = new HeldBack(new SeededRandom(1), 40)
/** Reads that found the read models where they had to be, and behind it. */
const found = { followed: 0, behind: 0 }
let projectNow: Pipeline['projector']['project']

beforeAll(async () => {
  const parsed = parseConfiguration({
    ACCI_PROFILE: 'development',
    ACCI_MASTER_KEY: 'A'.repeat(43),
    DATABASE_URL: database.url,
    ACCI_ADMIN_EMAIL: ADMIN.email,
    ACCI_ADMIN_PASSWORD: ADMIN.password,
  })
  if (!parsed.ok) throw new Error(parsed.faults.join())
  pipeline = await openPipeline(parsed.configuration, quiet)
  await pipeline.migrate()
  const services = await openServices(parsed.configuration, pipeline, quiet)
  await bootstrapPlatform(services)
  projectNow = pipeline.projector.project.bind(pipeline.projector)
  Object.assign(pipeline.projector, { project: (tenantId: string) => held.until(() => projectNow(tenantId)) })
  const app = createApp({
    servicesOf: async () => ({
      ...services,
      readModels: watched(services.readModels),
      projector: { project: projectNow },
    }),
    addressOf: () => '192.0.2.1',
  })
  client = new Client('http://acci.test', async (url, init) => app.request(url, init))
  const systemToken = text(succeeded(await client.login(ADMIN.email, ADMIN.password)).body['token'])
  tenants = await Promise.all(
    Array.from({ length: TENANTS }, (_, index) => signedInTenant(client, systemToken, `ryw-${index}`, SETTINGS)),
  )
})
afterAll(async () => {
  held.release()
  await pipeline.stop()
})

/** The versions that users were last written as. */
const versions = new Map<string, number>()

const watched = (readModels: ReadModels): ReadModels => ({
  tenant: (...given) => readModels.tenant(...given),
  tenants: (...given) => readModels.tenants(...given),
  users: (...given) => readModels.users(...given),
  metrics: (...given) => readModels.metrics(...given),
  ping: () => readModels.ping(),
  async user(tenantId, userId) {
    const answer = await readModels.user(tenantId, userId)
    if ((answer.row?.version ?? 0) < (versions.get(userId) ?? 0)) found.behind++
    else found.followed++
    return answer
  },
})

it(
  `shows every one of ${PAIRS} writes to the read after it, or refuses for now, while projections lag`,
  { timeout: 300_000 },
  async () => {
    const answers = { own: 0, refused: 0 }
    const stale: string[] = []
    let left = PAIRS

    const work = async ({ tenantId, token }: SignedInTenant, name: string, random: SeededRandom) => {
      const path = `/api/v1/tenants/${tenantId}/users`
      const register = async (key: string) => {
        const body = { email: `${key}@example.com`, displayName: key, role: 'user', inviteDelivery: 'return' }
        return succeeded(await client.call('POST', path, { token, body }))
      }
      let userId = text((await register(`${name}-0`)).body['userId'])
      for (let number = 1; left > 0; number++) {
        left--
        const key = `${name}-${number}`
        const written =
          random.next() < 0.1
            ? await register(key)
            : succeeded(await client.call('PATCH', `${path}/${userId}`, { token, body: { displayName: key } }))
        userId = text(written.body['userId'])
        versions.set(userId, Number(written.headers.get('etag')?.replaceAll(/\D/g, '')))
        const headers = { 'Consistency-Token': text(written.headers.get('consistency-token')) }
        // Some come to read models that have followed, most do not.
        if (random.next() < 0.3) await projectNow(tenantId)
        const isList = random.next() < 0.1
        const at = isList ? `${path}?search=${key}&pageSize=100` : `${path}/${userId}`
        const answer = await client.call('GET', at, { token, headers })
        const seen = isList ? inList(answer, userId) : answer.body
        if (answer.status === 503) answers.refused++
        else if (answer.status === 200 && seen?.['displayName'] === key) answers.own++
        else stale.push(`${at} after ${key}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 500)}`)
        held.answered()
      }
    }
    const clients = tenants.flatMap((tenant, index) =>
      Array.from({ length: CLIENTS_EACH }, (_, number) => {
        const name = `c${index}-${number}`
        return work(tenant, name, new SeededRandom(index * CLIENTS_EACH + number))
      }),
    )
    await Promise.all(clients)

    console.log(
      `${PAIRS} pairs: ${answers.own} saw their own write, ${answers.refused} refused, ${found.behind} reads found the read models behind, ${found.followed} did not`,
    )
    expect(stale).toEqual([])
    expect(answers.own + answers.refused).toBe(PAIRS)
    // Without lag, or with nothing but refusals, this would prove nothing.
    expect(found.behind).toBeGreaterThan(PAIRS / 10)
    expect(found.followed).toBeGreaterThan(PAIRS / 10)
    expect(answers.own).toBeGreaterThan(PAIRS / 2)
  },
)

const inList = ({ body }: Answer, userId: string) => {
  const items = Array.isArray(body['items']) ? body['items'].map((item) => object(item)) : []
  return items.find((item) => item['userId'] === userId)
}
