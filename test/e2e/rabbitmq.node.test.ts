import type { Connection } from 'rabbitmq-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EventEnvelope } from '#common/envelope.ts'
import type { CloudEvent } from '#domain/events/cloud-event.ts'
import type { Broker } from '../../tools/rabbitmq/broker.ts'
import { testBroker } from '../../tools/rabbitmq/test-broker.ts'
import { observer, subscribe, take, takenIds, waitingIn } from '../support/rabbitmq.ts'
import { Client, object, signedInTenant, succeeded, text, type SignedInTenant } from './client.ts'
import { FollowedLog } from './crash-log.ts'
import { firstDayCases } from './first-day.cases.ts'
import { ADMIN, startProduct, type RunningProduct } from './running-product.ts'

const openBroker = testBroker()
const SETTINGS = { allowedAuthMethods: ['password'], maxUsers: 1_000, securityPolicy: {} }
const METRICS_TOKEN = 'metrics-of-rabbitmq'
const within = { timeout: 60_000 }
/** A broker that was killed twice while other tests have the disk takes its time to confirm. */
const withinMinutes = { timeout: 150_000 }
let serial = 0

describe('the container over RabbitMQ', () => {
  let broker: Broker
  let connection: Connection
  let product: RunningProduct
  let client: Client
  let tenant: SignedInTenant

  beforeAll(async () => {
    broker = await openBroker()
    await broker.start()
    connection = observer(broker.url)
    product = await startProduct('tools/start-container.ts', {
      RABBITMQ_URL: broker.url,
      ACCI_METRICS_TOKEN: METRICS_TOKEN,
    })
    client = new Client(product.url)
    const system = text((await client.login(ADMIN.email, ADMIN.password)).body['token'])
    tenant = await signedInTenant(client, system, 'subscribed', SETTINGS)
  }, 180_000)
  afterAll(async () => {
    await product?.kill()
    product?.clean()
    connection?.unsafeDestroy()
    await broker.remove()
  })

  const register = (email: string, headers: Readonly<Record<string, string>> = {}) =>
    client.call('POST', `/api/v1/tenants/${tenant.tenantId}/users`, {
      token: tenant.token,
      headers,
      body: { email, displayName: 'Ada Lovelace', role: 'user', inviteDelivery: 'return' },
    })

  const log = async (): Promise<readonly EventEnvelope[]> =>
    (await new FollowedLog(tenant.tenantId, tenant.token).follow(client)).envelopes

  /** Whether the read model itself, without a token, lists a user. */
  const isListed = async (email: string) => {
    const { body } = await client.call('GET', `/api/v1/tenants/${tenant.tenantId}/users?search=${email}`, {
      token: tenant.token,
    })
    return JSON.stringify(body).includes(email)
  }

  const backlog = async () => {
    const headers = { Authorization: `Bearer ${METRICS_TOKEN}` }
    const page = await (await fetch(`${product.url}/metrics`, { headers })).text()
    return Number(/^acci_publication_backlog_events (\d+)$/m.exec(page)?.[1])
  }

  describe('does what it does without', () => firstDayCases(() => product.url))

  it('says what it runs on', () => {
    expect(product.output()).toContain('"bus":"RabbitMQ"')
  })

  it('lets others subscribe to a tenant’s events: whole, in order, and with personal data sealed', async () => {
    const users = await subscribe(connection, `${tenant.tenantId}.user.*`)
    const email = `sealed-${serial++}@example.com`
    const before = (await log()).length
    const { userId } = succeeded(await register(email)).body
    await expect.poll(() => waitingIn(connection, users), within).toBeGreaterThan(0)
    const expected = (await log()).slice(before).filter(({ type }) => type.startsWith('user.'))
    await expect.poll(() => waitingIn(connection, users), within).toBe(expected.length)
    for (const envelope of expected) {
      const message = await take(connection, users)
      const body = String(message?.body)
      expect(message?.routingKey).toBe(`${tenant.tenantId}.${envelope.type}`)
      expect(body).not.toMatch(/sealed-|Lovelace/)
      const event = JSON.parse(body) as CloudEvent // as it is then looked at
      expect(event).toMatchObject({ specversion: '1.0', id: envelope.eventId, type: envelope.type })
      expect(event.data).toEqual(envelope)
    }
    expect(expected[0]).toMatchObject({ type: 'user.registered', personal: { keyId: userId } })
  })

  it('projects what has been taken from the queue', async () => {
    const email = `projected-${serial++}@example.com`
    succeeded(await register(email))
    await expect.poll(() => isListed(email), within).toBe(true)
    await expect.poll(() => waitingIn(connection, 'event.processing'), within).toBe(0)
  })

  it('runs what is to be answered later', async () => {
    const email = `later-${serial++}@example.com`
    const accepted = await register(email, { Prefer: 'respond-async' })
    expect(accepted.status).toBe(202)
    const read = () => client.call('GET', text(accepted.headers.get('location')), { token: tenant.token })
    await expect.poll(async () => (await read()).body['status'], within).toBe('succeeded')
    expect(object((await read()).body['response'])['status']).toBe(201)
  })

  it('works on while the broker is killed, and owes nobody an event once it is back', async () => {
    const queue = await subscribe(connection, `${tenant.tenantId}.#`)
    await broker.flush()
    const before = (await log()).length
    const seen = new Set<string>()
    for (let kills = 0; kills < 2; kills++) {
      for (let more = 0; more < 20; more++) succeeded(await register(`load-${serial++}@example.com`))
      await broker.kill()
      const away = `away-${serial++}@example.com`
      succeeded(await register(away))
      await expect.poll(() => isListed(away), within).toBe(true)
      const accepted = await register(`later-${serial++}@example.com`, { Prefer: 'respond-async' })
      const read = () => client.call('GET', text(accepted.headers.get('location')), { token: tenant.token })
      await expect.poll(async () => (await read()).body['status'], within).toBe('succeeded')
      expect(await backlog()).toBeGreaterThan(0)
      await broker.start()
    }
    const committed = (await log()).slice(before).map(({ eventId }) => eventId)
    await expect
      .poll(async () => {
        for (const id of await takenIds(connection, queue)) seen.add(id)
        return committed.filter((eventId) => !seen.has(eventId))
      }, withinMinutes)
      .toEqual([])
    expect(committed.length).toBeGreaterThan(40)
    await expect.poll(backlog, within).toBe(0)
  }, 300_000)

  it('ends in order, whether the broker is there or not, and has not printed its password', async () => {
    expect(await product.terminate()).toBe(0)
    await broker.kill()
    product = await product.restart()
    succeeded(await register(`alone-${serial++}@example.com`))
    expect(await product.terminate()).toBe(0)
    expect(product.output()).toContain('RabbitMQ is away')
    expect(product.output()).not.toContain(new URL(broker.url).password)
  }, 120_000)
})
